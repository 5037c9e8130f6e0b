/// What a CI system shows on the page of a job: Markdown, appended to the file that it names
/// (`--summary "$GITHUB_STEP_SUMMARY"`).
///
/// A headline, a sentence, one table, a timeline and notes. Every text in it is taken as it is: what means something in
/// Markdown or HTML is escaped, and lists and lines are cut to a bounded length.
package struct StepSummary: Sendable, Hashable {
    /// What was judged, e.g. `test1/demo4 v1 → v2`.
    package var title: String
    package var sign: Style.Sign
    /// How it ended, e.g. `rolled back`.
    package var word: String
    /// Why, and how sure.
    package var sentence: String
    /// What it meant, a line each.
    package var points: [String]
    package var columns: [String]
    /// Cells in the order of `columns`.
    package var rows: [[String]]
    /// What happened when, oldest first.
    package var timeline: [String]
    package var notes: [String]
    /// Where more is to be seen.
    package var link: Link?
    /// A command to go on with, shown as code.
    package var command: String?

    package init(
        title: String,
        sign: Style.Sign,
        word: String,
        sentence: String,
        points: [String] = [],
        columns: [String] = ["metric", "stable", "canary", "finding"],
        rows: [[String]] = [],
        timeline: [String] = [],
        notes: [String] = [],
        link: Link? = nil,
        command: String? = nil
    ) {
        self.title = title
        self.sign = sign
        self.word = word
        self.sentence = sentence
        self.points = points
        self.columns = columns
        self.rows = rows
        self.timeline = timeline
        self.notes = notes
        self.link = link
        self.command = command
    }

    /// A text that leads to a URL or a path.
    package struct Link: Sendable, Hashable {
        package var text: String
        package var target: String

        package init(text: String, target: String) {
            self.text = text
            self.target = target
        }
    }

    /// More rows or lines than this are told as a number.
    package static let most = 100

    /// The Markdown, with an empty line before it, so that it can stand behind whatever the file has already.
    package var markdown: String {
        let symbol = Style.plain.symbol(sign)
        var blocks = ["### \(symbol) \(MarkdownText.line("\(word): \(title)", to: 300))"]
        if !sentence.isEmpty { blocks.append(MarkdownText.line(sentence)) }
        let points = list(points)
        if !points.isEmpty { blocks.append(points) }
        if !rows.isEmpty { blocks.append(table) }
        let timeline = list(timeline)
        if !timeline.isEmpty { blocks.append(timeline) }
        let notes = list(notes)
        if !notes.isEmpty { blocks.append(notes) }
        if let link { blocks.append(MarkdownText.link(link.text, to: link.target)) }
        if let command { blocks.append(Self.code(command)) }
        return "\n" + blocks.joined(separator: "\n\n") + "\n"
    }

    private var table: String {
        let shown = rows.prefix(Self.most)
        var lines = [
            Self.row(columns), "|" + String(repeating: " --- |", count: columns.count),
        ]
        for row in shown {
            let cells = row.prefix(columns.count)
            lines.append(Self.row(Array(cells) + Array(repeating: "", count: columns.count - cells.count)))
        }
        if rows.count > shown.count {
            lines.append(
                Self.row(
                    ["and \(rows.count - shown.count) more"] + Array(repeating: "", count: max(columns.count - 1, 0))
                )
            )
        }
        return lines.joined(separator: "\n")
    }

    private func list(_ items: [String]) -> String {
        var lines = items.suffix(Self.most).map { "- " + MarkdownText.line($0, to: 500) }
        if items.count > Self.most { lines.insert("- \(items.count - Self.most) earlier ones are left out", at: 0) }
        return lines.joined(separator: "\n")
    }

    private static func row(_ cells: [String]) -> String {
        "| " + cells.map { MarkdownText.line($0, to: 200) }.joined(separator: " | ") + " |"
    }

    /// A code block that its text cannot end.
    private static func code(_ text: String) -> String {
        "    " + TextCells.harmless(text)
    }
}
