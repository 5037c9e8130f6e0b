extension PageSection {
    /// As a `<section>` with a heading of the second level; it needs `PageStyle.css` and `ChartStyle.css` in the page.
    package func html() throws -> String { try PageTemplate.section(values) }

    private var values: PageValue {
        [
            "id": .text(id),
            "title": .text(title),
            "blocks": .list(blocks.map(\.values)),
        ]
    }
}

extension PageBlock {
    fileprivate var values: PageValue {
        switch self {
        case .lead(let words): ["lead": .text(words)]
        case .paragraph(let words): ["paragraph": .text(words)]
        case .caution(let words): ["caution": .text(words)]
        case .nothing(let words): ["nothing": .text(words)]
        case .heading(let words): ["heading": .text(words)]
        case .code(let text): ["code": .markup(PageText.escapedLines(text))]
        case .chart(let chart): ["chart": .markup(chart.figure)]
        case .tiles(let tiles): ["tiles": ["items": .list(tiles.map(\.values))]]
        case .terms(let terms): ["terms": ["items": .list(terms.map(\.values))]]
        case .list(let items): ["list": ["items": .list(items.map { .text($0) })]]
        case .table(let table): ["table": table.values]
        }
    }
}

extension PageTile {
    var values: PageValue {
        ["label": .text(label), "number": .text(number), "detail": .text(detail), "tone": .text(tone.rawValue)]
    }
}

extension PageTerm {
    var values: PageValue { ["name": .text(name), "words": .text(words)] }
}

extension PageTable {
    fileprivate var values: PageValue {
        let columns = columns.map { column -> PageValue in
            ["name": .text(column.name), "numeric": .flag(column.isNumeric)]
        }
        return [
            "caption": .text(caption),
            "columns": .list(columns),
            "rows": .list(rows.map(values)),
        ]
    }

    private func values(_ row: Row) -> PageValue {
        let cells = zip(row.cells, columns).dropFirst().map { words, column -> PageValue in
            ["words": .text(words), "numeric": .flag(column.isNumeric), "wide": .flag(column.isWide)]
        }
        var members: [String: PageValue] = [
            "head": .text(row.cells.first ?? ""),
            "headNumeric": .flag(columns.first?.isNumeric == true),
            "headWide": .flag(columns.first?.isWide == true),
            "cells": .list(cells),
        ]
        if let anchor = row.anchor { members["anchor"] = .text(anchor) }
        if let tone = row.tone {
            members["tone"] = .text(tone.rawValue)
            members["symbol"] = .text(tone.symbol)
            members["word"] = .text(tone.word)
        }
        return .object(members)
    }
}
