import CanaryCore

/// The report of a run as one HTML file: no network, no script, the same numbers as text behind every picture.
///
/// It is well-formed XML after its first line. Everything in it comes from the journal; names from telemetry and specs are
/// escaped, and the page's own policy would refuse a script that slipped through.
package struct ReportPage: Sendable {
    /// Embedded data that would be longer is left out; `haldane report --format json` has all.
    private static let mostData = 160_000

    private let story: RunStory

    package init(_ story: RunStory) {
        self.story = story
    }

    /// - Throws: only if a template of ours is broken.
    package func html() throws -> String {
        let view = StoryView(story)
        let banner = VerdictBanner(view)
        let sections = PageSections(story).all
        return try PageTemplate.page([
            "version": .text(story.header.version),
            "pageTitle": .text("\(banner.headline) – \(view.name)"),
            "style": .markup(PageStyle.css + ChartStyle.css),
            "subject": .text(view.subject),
            "tone": .text(banner.tone.rawValue),
            "symbol": .text(banner.symbol),
            "headline": .text(banner.headline),
            "sentences": .list(banner.sentences.map { .text($0) }),
            "next": .list(banner.next.map { [.text($0)] } ?? []),
            "tiles": .list(banner.tiles.map(\.values)),
            "chips": .list(banner.chips.map(\.values)),
            "contents": .list(sections.map { ["id": .text($0.id), "short": .text($0.short)] }),
            "sections": .markup(try sections.map { try $0.html() }.joined()),
            "colophon": .text(colophon),
            "data": .markup(data(view)),
        ])
    }

    private var colophon: String {
        let made = "haldane \(story.header.version)"
        let source = story.journalPath.map { " from \($0)" } ?? ""
        return
            "Made by \(made)\(source). Times are UTC. All numbers come from the run's journal; nothing was asked of the network."
    }

    /// The story for programs, `haldane.report/1` with the moments of the pictures; no browser runs it, and it cannot end its
    /// element, as `<` is written as an escape.
    private func data(_ view: StoryView) -> String {
        var story = story
        let kept = story.moments.indices.filter { (view.axis.from...view.comparison.to).contains(story.moments[$0].at) }
        for track in story.tracks.indices {
            let values = story.tracks[track].values
            story.tracks[track].values = kept.map { values.indices.contains($0) ? values[$0] : nil }
        }
        story.moments = kept.map { story.moments[$0] }
        let json = JSONReport(story).text
        guard json.utf8.count <= Self.mostData else { return "" }
        var text = String.UnicodeScalarView()
        for scalar in json.unicodeScalars {
            switch scalar {
            case "<": text.append(contentsOf: "\\u003c".unicodeScalars)
            case ">": text.append(contentsOf: "\\u003e".unicodeScalars)
            case "&": text.append(contentsOf: "\\u0026".unicodeScalars)
            case "\u{FFFE}", "\u{FFFF}": text.append("\u{FFFD}")
            default: text.append(scalar)
            }
        }
        return "<script type=\"application/json\" id=\"story\">\(String(text))</script>"
    }
}
