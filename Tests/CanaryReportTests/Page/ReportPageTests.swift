import CanaryCore
import CanaryReport
import CanaryTelemetry
import Foundation
import Testing

struct ReportPageTests {
    static let bad: StoryRun = {
        var run = StoryRun(canaryErrors: 0.05)
        run.play()
        return run
    }()

    static let good: StoryRun = {
        var run = StoryRun { spec in
            spec.pace.history = .seconds(900)
            spec.pace.bake = .seconds(600)
        }
        run.play()
        return run
    }()

    @Test("a promotion and a rollback look as they did", arguments: ["promoted", "rolled-back"])
    func golden(name: String) throws {
        var story = TenPods.story(name == "promoted" ? Self.good : Self.bad)
        story.journalPath = "journal/run-1.journal.zst"

        let html = try ReportPage(story).html()

        // A line an element, so that differences can be read; the data have tests of their own.
        let page = try #require(html.components(separatedBy: "<script").first)
        try GoldenPage.check(page.replacing("><", with: ">\n<"), "\(name).html")
    }

    @Test("half an hour is small")
    func size() throws {
        let story = TenPods.story(Self.good)
        #expect(story.seconds > 1600 && story.quality.stablePods == 8 && story.quality.canaryPods == 2)

        let html = try ReportPage(story).html()

        #expect(html.utf8.count < 400_000)
    }

    @Test(
        "pages of every kind of run are well-formed, with ids of their own and all sections",
        arguments: OddRuns.names
    )
    func wellFormed(name: String) throws {
        let story = try #require(OddRuns.story(name))

        let html = try ReportPage(story).html()

        try WellFormed.expect(html)
        let ids = html.matches(of: /\ id="([^"]*)"/).map { String($0.1) }
        #expect(Set(ids).count == ids.count)
        for section in PageSections(story).all { #expect(html.contains("<section id=\"\(section.id)\"")) }
        for link in html.matches(of: /\ href="#([^"]*)"/) { #expect(ids.contains(String(link.1)), "\(link.1)") }
        #expect(!html.contains("nan") && !html.contains("inf "), "a number that is none")
    }

    @Test("journals of any shape make a page", arguments: 1...8 as ClosedRange<UInt64>)
    func noise(seed: UInt64) throws {
        var noise = StoryNoise(seed: seed)
        let header = noise.header()
        let story = StoryRun.story(header, noise.entries(header))

        let html = try ReportPage(story).html()

        try WellFormed.expect(html)
        #expect(!html.contains("<script>"), "seed \(seed)")
        #expect(html.utf8.count < 1_500_000, "seed \(seed)")
    }

    @Test("names from specs, pods and people are text and nothing else")
    func names() throws {
        let nasty = "\"><script>alert(1)</script>'&\u{0}\u{1B}[31m\u{FFFF}\n]]>\u{202E}<\u{301}b>"
        var run = StoryRun(canaryErrors: 0.05) { spec in
            spec.name = nasty
            spec.route.object = nasty
            spec.route.stable.subset = "v1" + nasty
            spec.route.canary.subset = nasty
            spec.telemetry.match = [nasty: nasty]
            spec.telemetry.targets = ["http://user:secret@\(nasty)/?token=secret"]
        }
        run.play(rounds: 40)
        run.command(.pause, by: nasty, nasty)
        run.play()
        var story = run.story
        story.journalPath = "a b'\(nasty)"

        let html = try ReportPage(story).html()

        try WellFormed.expect(html)
        #expect(html.matches(of: /<script/).count == 1)
        #expect(html.contains("<script type=\"application/json\" id=\"story\">"))
        let page = try #require(html.components(separatedBy: "<script type").first)
        #expect(!page.contains("secret"))
        #expect(!page.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{0}" || $0 == "\u{1B}" })
    }

    @Test("the page allows no script and names no other place")
    func policy() throws {
        let html = try ReportPage(Self.bad.story).html()

        #expect(html.contains("default-src 'none'; style-src 'unsafe-inline'; img-src data:"))
        #expect(html.matches(of: /<script/).count == 1 && html.contains("<script type=\"application/json\""))
        let places = html.matches(of: /(?:src|href|action)="([^"]*)"/).map { String($0.1) }
        #expect(places.allSatisfy { $0.hasPrefix("#") || $0 == "data:," })
        #expect(!html.contains("@import") && !html.contains("url(http"))
    }
}
