import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// A run as plain text: verdict, what it meant, timeline, objectives, where failures come from, latency, data quality, what next.
package struct TextReport: Sendable {
    private let story: RunStory
    private let words: StoryWords
    private let width: Int
    private let style = Style.plain

    /// - Parameter width: in cells; at least 60.
    package init(_ story: RunStory, width: Int = 100) {
        self.story = story
        words = StoryWords(story)
        self.width = max(width, 60)
    }

    /// The text with a final newline; no line is wider than the width, but for names that are and for commands.
    package var text: String {
        var lines = wrapped("\(style.symbol(words.sign)) \(words.word): \(words.title)", indent: "", hanging: "  ")
        lines += wrapped(words.sentence, indent: "  ", hanging: "  ")
        if let torn = words.torn { lines += wrapped(torn, indent: "  ", hanging: "  ") }
        lines += section("What it meant", words.meaning)
        lines += section("Timeline", timeline)
        lines += section("Objectives", objectives)
        lines += section("Where failures come from", sources)
        lines += section("Latency", latency)
        lines += section("How good the data was", words.quality)
        lines += section("How sure", [words.promise] + words.notes)
        lines += section("What next", [words.next])
        lines += words.commands.map { "  \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    // MARK: Sections

    /// What is longer than a line goes on below.
    private struct Entry {
        var start: String
        var text: String
    }

    private func section(_ title: String, _ sentences: [String]) -> [String] {
        section(title, sentences.map { Entry(start: "  ", text: $0) })
    }

    private func section(_ title: String, _ entries: [Entry]) -> [String] {
        guard !entries.isEmpty else { return [] }
        return ["", title]
            + entries.flatMap { entry in
                let blank = String(repeating: " ", count: TextCells.width(entry.start))
                return wrapped(entry.text, indent: entry.start, hanging: blank)
            }
    }

    private func wrapped(_ text: String, indent: String, hanging: String) -> [String] {
        let room = max(width - TextCells.width(indent), 20)
        let bound = Self.units.reduce(TextCells.harmless(text)) { $0.replacing(" \($1)", with: "\u{A0}\($1)") }
        return TextCells.wrapped(bound, to: room).enumerated().map {
            ($0.offset == 0 ? indent : hanging) + $0.element.replacing("\u{A0}", with: " ")
        }
    }

    /// A number stays on the line of its unit.
    private static let units = ["%", "pp", "ms", ": 1"]

    private var timeline: [Entry] {
        var entries = words.timeline.map { line in
            Entry(
                start: "  \(TextCells.alignedRight(Figures.clock(line.at), to: 7)) \(style.symbol(line.sign)) ",
                text: line.text
            )
        }
        if story.eventsLeftOut > 0 {
            let text = "\(Figures.plural(story.eventsLeftOut, "event")) left out here"
            entries.insert(Entry(start: "          \(style.symbol(.dot)) ", text: text), at: entries.count / 2)
        }
        return entries
    }

    private var objectives: [Entry] {
        guard let verdict = words.verdict else { return [] }
        let head = ["", words.stable, words.canary, "difference", "finding"].map(TextCells.harmless)
        let findings = words.shown(verdict)
        let rows = findings.map { finding in
            let name =
                finding.custom == nil ? finding.edge.map { "> \(Phrase.decimal($0)) ms" } ?? "failed" : finding.label
            let cells = StepSummary.row(finding, verdict, isConfounded: words.isConfounded)
            return [name, cells[1], cells[2], StepSummary.difference(finding), cells[4]].map(TextCells.harmless)
        }
        let notes = [nil] + findings.map { StepSummary.interval($0).map { "the difference, at any time, \($0)" } }
        return table([head] + rows, notes)
    }

    private var sources: [Entry] {
        let errors = story.errors
        var rows = errors.codes.prefix(Self.mostRows).map { row in
            [
                "answer \(row.name)", Phrase.count(row.stable), Phrase.count(row.canary),
                row.contribution.map(Phrase.points) ?? "",
            ]
        }
        let sick = errors.pods.filter { $0.failures > 0 }
        rows += sick.prefix(Self.mostPods).map { pod in
            let words = "\(Phrase.count(pod.failures)) of \(Phrase.count(pod.requests))"
            return [
                "pod \(pod.name)", pod.side == .stable ? words : "", pod.side == .canary ? words : "",
                pod.restarts > 0 ? Figures.plural(pod.restarts, "restart") : "",
            ]
        }
        guard !rows.isEmpty else { return [] }
        let head = ["", words.stable, words.canary, "part of the difference"]
        var entries = table(([head] + rows).map { $0.map(TextCells.harmless) })
        if sick.count > Self.mostPods {
            entries.append(
                Entry(start: "  ", text: "and \(Figures.plural(sick.count - Self.mostPods, "more pod")) with failures")
            )
        }
        for (what, counts) in [
            ("left out of both sides", errors.excluded), ("reached neither version", errors.unattributed),
        ]
        where !counts.isEmpty {
            let list = counts.prefix(5).map { "\(Phrase.count($0.count)) \($0.name)" }.joined(separator: ", ")
            entries.append(Entry(start: "  ", text: "\(what): \(list)"))
        }
        return entries
    }

    private var latency: [Entry] {
        guard !story.latency.shifts.isEmpty else { return [] }
        let head = ["", words.stable, words.canary, "difference, 95 %"]
        let rows = story.latency.shifts.map { shift in
            [
                "\(Phrase.decimal(shift.quantile * 100)) % within",
                Self.range(shift.stable.lower, shift.stable.upper), Self.range(shift.canary.lower, shift.canary.upper),
                Self.range(shift.lower, shift.upper),
            ]
        }
        return table(([head] + rows).map { $0.map(TextCells.harmless) })
    }

    /// `10 to 25 ms`; an open end says so.
    private static func range(_ low: Double?, _ high: Double?) -> String {
        switch (low.map(Phrase.decimal), high.map(Phrase.decimal)) {
        case (let low?, let high?): "\(low) to \(high) ms"
        case (let low?, nil): "above \(low) ms"
        case (nil, let high?): "up to \(high) ms"
        case (nil, nil): "not known"
        }
    }

    /// Columns as wide as their widest cell, the first row being their names. Where they do not fit, the last cells of a row go
    /// below it, with the row's note.
    private func table(_ rows: [[String]], _ notes: [String?] = []) -> [Entry] {
        let columns = rows.map(\.count).max() ?? 0
        let widths = (0..<columns).map { column in
            rows.map { column < $0.count ? TextCells.width($0[column]) : 0 }.max() ?? 0
        }
        var fitting = columns
        var used = 0
        for (column, cells) in widths.enumerated() {
            used += cells + 2
            if used > width, column > 0 {
                fitting = column
                break
            }
        }
        return rows.enumerated().flatMap { number, row in
            var line = ""
            for (column, cell) in row.prefix(fitting).enumerated() {
                line += "  " + TextCells.padded(cell, to: widths[column])
            }
            while line.hasSuffix(" ") { line.removeLast() }
            var entries = [Entry(start: line, text: "")]
            guard number > 0 else { return entries }
            var rest = row.dropFirst(fitting).filter { !$0.isEmpty }
            if number < notes.count, let note = notes[number] { rest.append(note) }
            if !rest.isEmpty { entries.append(Entry(start: "      ", text: rest.joined(separator: "; "))) }
            return entries
        }
    }

    private static let mostRows = 12
    private static let mostPods = 8
}
