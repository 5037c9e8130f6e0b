import CanaryCore

/// A run as Markdown, for a pull request or the summary of a CI step: the blocks of `StepSummary`, filled from the journal.
package struct MarkdownReport: Sendable {
    private let words: StoryWords
    private let link: String?

    /// - Parameter link: where the HTML report is, a URL or a path.
    package init(_ story: RunStory, link: String? = nil) {
        words = StoryWords(story)
        self.link = link
    }

    package var text: String {
        let summary = StepSummary(
            title: words.title,
            sign: words.sign,
            word: words.word,
            sentence: words.sentence,
            points: words.meaning,
            columns: ["", words.stable, words.canary, "difference", "finding"],
            rows: rows,
            timeline: timeline,
            notes: words.quality + words.notes + ["\(words.promise)"] + ["next: \(words.next)"],
            link: link.map { StepSummary.Link(text: "the whole report", target: $0) },
            command: words.commands.last
        )
        return String(summary.markdown.dropFirst())
    }

    private var rows: [[String]] {
        guard let verdict = words.verdict else { return [] }
        return words.shown(verdict).map { finding in
            StepSummary.row(finding, verdict, isConfounded: words.isConfounded)
        }
    }

    private var timeline: [String] {
        var lines = words.timeline.map { "\(Figures.clock($0.at)) \(Style.plain.symbol($0.sign)) \($0.text)" }
        if words.story.eventsLeftOut > 0 {
            lines.insert("\(Figures.plural(words.story.eventsLeftOut, "event")) left out here", at: lines.count / 2)
        }
        return lines
    }
}
