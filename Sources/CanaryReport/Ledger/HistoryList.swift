import CanaryCore

/// The list of past runs, for `history`.
package struct HistoryList: Sendable {
    /// The folder that was looked through.
    package let home: String
    /// Newest first.
    package let items: [HistoryItem]
    /// How many more there are that the filters let through.
    package let more: Int
    /// Folders that could not be looked into, and what else is missing.
    package let faults: [String]

    private let isFiltered: Bool

    /// - Parameter isFiltered: whether runs were left out because of their time or outcome.
    package init(home: String, items: [HistoryItem], more: Int, faults: [String], isFiltered: Bool = false) {
        self.isFiltered = isFiltered
        self.home = home
        self.items = items
        self.more = more
        self.faults = faults
    }

    /// What there is to say beside the list, one line each.
    package var remarks: [String] {
        var remarks = faults.map(TextCells.harmless)
        if items.isEmpty {
            remarks.append("no \(isFiltered ? "such " : "")runs in \(TextCells.harmless(home))")
        }
        if more > 0 {
            remarks.append(
                "\(Figures.plural(more, "older run")) \(more == 1 ? "is" : "are") not shown: --limit \(items.count + more), or --since, "
                    + "--outcome and a NAME"
            )
        }
        return remarks
    }

    /// A table with a final newline; empty without runs.
    ///
    /// - Parameter width: in cells; under 140 each run takes two lines. Nil is unlimited.
    package func text(style: Style, width: Int?) -> String {
        guard !items.isEmpty else { return "" }
        let cells = items.map { HistoryCells($0, style) }
        return (width ?? .max) >= Self.wide ? oneLine(cells, style, width) : twoLines(cells, style, width ?? 80)
    }

    private func twoLines(_ cells: [HistoryCells], _ style: Style, _ width: Int) -> String {
        var heads = ["when (UTC)", "took", "canary", "versions", "reached", "requests", "outcome"]
        var taken = cells.map { [$0.when, $0.took, $0.service, $0.versions, $0.weight, $0.count, $0.outcome] }
        var widths = Self.widths(heads, taken)
        func lineWidth() -> Int { widths.reduce(2 * (widths.count - 1), +) }
        let hasRequests = lineWidth() <= width
        if !hasRequests {
            heads.remove(at: 5)
            widths.remove(at: 5)
            for index in taken.indices { taken[index].remove(at: 5) }
        }
        // What does not fit is cut from the names, the longest first.
        while lineWidth() > width, max(widths[2], widths[3]) > 8 {
            widths[widths[2] >= widths[3] ? 2 : 3] -= 1
        }
        var lines = [style.paint(Self.line(heads, widths, width), .strong)]
        for (item, row) in zip(cells, taken) {
            lines.append(Self.line(row, widths, width, tone: item.tone, style))
            let details = ([item.run] + (hasRequests ? [] : item.requests) + item.person + item.reason).joined(
                separator: " \(style.symbol(.dot)) "
            )
            lines.append("  " + style.paint(TextCells.cut(details, to: max(width - 2, 1)), .quiet))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func oneLine(_ cells: [HistoryCells], _ style: Style, _ width: Int?) -> String {
        let heads = [
            "when (UTC)", "took", "canary", "versions", "reached", "requests", "outcome", "by", "run", "reason",
        ]
        let taken = cells.map {
            [
                $0.when, $0.took, $0.service, $0.versionsWithHashes, $0.weight, $0.count, $0.outcome, $0.by, $0.run,
                $0.reason.joined(separator: "; "),
            ]
        }
        var widths = Self.widths(heads, taken)
        widths[widths.count - 1] = 0
        let limit = width ?? .max
        var lines = [style.paint(Self.line(heads, widths, limit), .strong)]
        for (item, row) in zip(cells, taken) { lines.append(Self.line(row, widths, limit, tone: item.tone, style)) }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func widths(_ heads: [String], _ rows: [[String]]) -> [Int] {
        heads.indices.map { column in
            max(TextCells.width(heads[column]), rows.map { TextCells.width($0[column]) }.max() ?? 0)
        }
    }

    /// One line; numbers stand at the right of their column, and the outcome is painted.
    private static func line(
        _ row: [String],
        _ widths: [Int],
        _ limit: Int,
        tone: Style.Tone? = nil,
        _ style: Style = .plain
    ) -> String {
        let hasRequests = row.count > 6
        let right: Set<Int> = hasRequests ? [1, 4, 5] : [1, 4]
        let outcome = hasRequests ? 6 : 5
        let cells = row.indices.map { column in
            let text = column == row.count - 1 ? row[column] : TextCells.cut(row[column], to: widths[column])
            let aligned =
                right.contains(column)
                ? TextCells.alignedRight(text, to: widths[column]) : TextCells.padded(text, to: widths[column])
            return column == outcome ? tone.map { style.paint(aligned, $0) } ?? aligned : aligned
        }
        return TextCells.cut(cells.joined(separator: "  ").trimmedEnd, to: limit)
    }

    private static let wide = 140
}
