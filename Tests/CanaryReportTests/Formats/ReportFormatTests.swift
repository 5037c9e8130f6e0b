import CanaryCore
import CanaryReport
import CanaryTelemetry
import Foundation
import Testing

struct ReportFormatTests {
    private static func story(_ canaryErrors: Double, rounds: Int = 1000) -> RunStory {
        var run = StoryRun(canaryErrors: canaryErrors)
        run.play(rounds: rounds)
        var story = run.story
        story.journalPath = ".haldane/test1-demo4/run-1.journal.zst"
        return story
    }

    private static let bad = story(0.08)
    private static let good = story(0.005)
    /// Broken off in the middle of a step.
    private static let open = story(0.005, rounds: 36)

    // MARK: Golden

    @Test("a rollback as Markdown, text and JUnit is as it was agreed")
    func rolledBack() throws {
        try Golden.check(MarkdownReport(Self.bad, link: "https://ci.example/report.html").text, "rolled-back.md")
        try Golden.check(TextReport(Self.bad, width: 80).text, "rolled-back-80.txt")
        try Golden.check(TextReport(Self.bad, width: 100).text, "rolled-back-100.txt")
        try Golden.check(JUnitStory(Self.bad).text, "rolled-back.xml")
    }

    @Test("a promotion as Markdown, text and JUnit is as it was agreed")
    func promoted() throws {
        try Golden.check(MarkdownReport(Self.good).text, "promoted.md")
        try Golden.check(TextReport(Self.good, width: 80).text, "promoted-80.txt")
        try Golden.check(JUnitStory(Self.good).text, "promoted.xml")
    }

    @Test("a promotion that Git does not agree with passes in JUnit, and says so")
    func unsettled() throws {
        var story = Self.good
        story.outcome = .promoted(Reason("baked", "baked"), unsettled: Reason("unsettled", "push <branch> & merge it"))

        let text = JUnitStory(story).text

        #expect(text.contains("<system-out>promoted (unsettled): push &lt;branch&gt; &amp; merge it</system-out>"))
        #expect(text.contains(#"failures="0" errors="0""#))
    }

    @Test("the revisions of both versions are named where a cluster told them")
    func revisions() throws {
        var story = Self.good
        #expect(JSONReport(story).text.contains(#""canaryRevision":null"#))
        story.header.release = Rollout.Release(
            Population(
                stable: .init(ready: 2, total: 2, hashes: ["6b7f9c5d48"]),
                canary: .init(ready: 2, total: 2, hashes: ["a1b2c3d4e5", "f6a7b8c9d0"]),
                namespace: "test1"
            )
        )

        let explained = Explanation(header: story.header, ledger: story.ledger, outcome: story.outcome).sentences[0]
        #expect(explained.contains("v2 (a1b2c3d4e5,f6a7b8c9d0) was compared with v1 (6b7f9c5d48) at "))
        #expect(JSONReport(story).text.contains(#""canaryRevision":"a1b2c3d4e5,f6a7b8c9d0""#))
        #expect(try ReportPage(story).html().contains("v1 (6b7f9c5d48) → v2 (a1b2c3d4e5,f6a7b8c9d0)"))
        #expect(JSONReport(story).text.contains(#""canaryImage":null"#))
        story.header.images = ReleaseImages(stable: "reviews:1", canary: "reviews:2")
        #expect(JSONReport(story).text.contains(#""stableImage":"reviews:1","canaryImage":"reviews:2""#))
        #expect(story.header.canaryVersion.hasSuffix("(a1b2c3d4e5,f6a7b8c9d0, reviews:2)"))
    }

    @Test("a run without an end says so in each form")
    func unfinished() throws {
        try Golden.check(TextReport(Self.open, width: 100).text, "unfinished.txt")
        #expect(MarkdownReport(Self.open).text.hasPrefix("### ◌ unfinished: test1/demo4 v1 → v2 after "))
    }

    @Test("the published schema is as it was agreed")
    func schema() throws {
        try Golden.check(ReportSchema.json(), "report.schema.json")
    }

    // MARK: Laws

    @Test("text is as wide as it was asked for, but for commands", arguments: [60, 80, 100, 140])
    func width(width: Int) {
        for story in [Self.bad, Self.good, Self.open] {
            let lines = TextReport(story, width: width).text.split(separator: "\n")
            for line in lines where !line.hasPrefix("  haldane ") && width >= 80 {
                #expect(TextCells.width(String(line)) <= width, "\(line)")
            }
        }
    }

    @Test("JUnit XML is valid, and its counts are those of its cases")
    func junit() throws {
        let schema = URL(filePath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
            .deletingLastPathComponent().appending(path: "Golden/junit.xsd").path
        var stories = [Self.bad, Self.good, Self.open]
        for seed in 1...10 as ClosedRange<UInt64> {
            var noise = StoryNoise(seed: seed)
            let header = noise.header()
            stories.append(StoryRun.story(header, noise.entries(header)))
        }
        for story in stories {
            let text = JUnitStory(story).text
            let tool = try ChildTool.run("xmllint", ["--noout", "--nonet", "--schema", schema, "-"], input: text)

            #expect(tool.code == 0, "\(tool.output)\n\(text)")
            func count(_ mark: String) -> Int { text.components(separatedBy: mark).count - 1 }
            #expect(text.contains("tests=\"\(count("<testcase "))\" failures=\"\(count("<failure "))\""))
            #expect(text.contains("errors=\"\(count("<error "))\" skipped=\"\(count("<skipped "))\""))
        }
        #expect(JUnitStory(Self.bad).text.contains("name=\"5 %: failed requests\""))
        #expect(!JUnitStory(Self.good).text.contains("<failure "))
    }

    @Test("real output agrees with the published schema, and the schema has no key that is never written")
    func json() throws {
        var check = try JSONSchemaCheck(schema: ReportSchema.json())
        for story in [Self.bad, Self.good, Self.open, Self.full] { try check.check(JSONReport(story).text) }
        for seed in 1...10 as ClosedRange<UInt64> {
            var noise = StoryNoise(seed: seed)
            var header = noise.header()
            header.purpose = nil
            _ = try JSONSerialization.jsonObject(
                with: Data(JSONReport(StoryRun.story(header, noise.entries(header))).bytes)
            )
        }

        #expect(check.faults.isEmpty, "\(check.faults.prefix(20))")
        let never = check.known.subtracting(check.met).sorted()
        #expect(never.isEmpty, "\(never)")
    }

    @Test("the same story is the same text, byte for byte")
    func stable() {
        for format in ReportFormat.allCases {
            #expect(format.report(Self.bad) == format.report(Self.story(0.08)), "\(format)")
        }
    }

    @Test("names from outside stay in their place")
    func hostile() throws {
        let name = "a|b`c`<img src=x onerror=1>\u{1B}[31m\u{0}]]>&\"'*_[e](http://f)\n# g"
        var run = StoryRun(canaryErrors: 0.08) {
            $0.name = name
            $0.route.canary.subset = name
        }
        run.play(rounds: 35)
        run.command(.pause, by: name, name)
        run.intrude(40, by: name)
        run.play(rounds: 20)
        let story = run.story
        let markdown = MarkdownReport(story, link: "javascript:alert(1)").text
        let text = TextReport(story).text

        #expect(!markdown.contains("<img") && !markdown.contains("\u{1B}") && !markdown.contains("[e]("))
        #expect(!markdown.contains("](<javascript"))
        #expect(markdown.split(separator: "\n").count { $0.hasPrefix("#") } == 1)
        let cells = markdown.split(separator: "\n").filter { $0.hasPrefix("|") }
            .map { $0.replacing("\\|", with: "").count { $0 == "|" } }
        #expect(Set(cells).count == 1)
        #expect(!text.unicodeScalars.contains { $0.value < 0x20 && $0 != "\n" })
        #expect(try ChildTool.run("xmllint", ["--noout", "--nonet", "-"], input: JUnitStory(story).text).code == 0)
        let object = try JSONSerialization.jsonObject(with: Data(JSONReport(story).bytes)) as? [String: Any]
        #expect(object?["name"] as? String == name)
    }

    @Test("a file's extension says the format")
    func extensions() {
        #expect(ReportFormat(pathExtension: "HTM") == .html)
        for format in ReportFormat.allCases { #expect(ReportFormat(pathExtension: format.pathExtension) == format) }
        #expect(ReportFormat(pathExtension: "pdf") == nil && ReportFormat(pathExtension: "") == nil)
    }

    /// A story in which every key has a value.
    private static let full: RunStory = {
        var run = StoryRun()
        run.play(rounds: 33)
        run.playBlind(rounds: 4)
        run.command(.pause, by: "alice@laptop", "a look")
        run.play(rounds: 3)
        run.command(.rollback, by: "alice@laptop", "enough")
        run.record(.interrupted(Reason("interrupted", "SIGTERM")))
        var header = run.header
        header.cluster = "https://api.example"
        header.by = "alice@laptop"
        header.release = Rollout.Release(
            Population(
                stable: .init(ready: 1, total: 1, hashes: ["6b7f9c5d48"]),
                canary: .init(ready: 1, total: 1, hashes: ["a1b2c3d4e5"]),
                namespace: "test1"
            )
        )
        header.images = ReleaseImages(stable: "reviews:1.4.2", canary: "reviews:1.5.0")
        var entries = run.entries
        for place in entries.indices {
            guard case .window(var window) = entries[place] else {
                guard case .event(.judged(let context, var verdict), let at) = entries[place] else { continue }
                verdict.missingRequests = 10
                verdict.notes = ["a note"]
                verdict.findings.append(
                    Finding(
                        name: "queue_depth",
                        edge: nil,
                        logE: 1,
                        penalty: 0,
                        safety: nil,
                        stable: Finding.Tally(events: 0, requests: 0),
                        canary: Finding.Tally(events: 0, requests: 0),
                        custom: Finding.Custom(
                            kind: .gauge,
                            direction: .lower,
                            tolerance: 0.1,
                            level: Finding.Level(stable: 9.8, canary: 14.2, comparisons: 12, losses: 11),
                            absence: "not lately"
                        )
                    )
                )
                entries[place] = .event(.judged(context: context, verdict: verdict), at: at)
                continue
            }
            window.quality.faults = [PodFault(pod: "s-1", side: .stable, label: "timeout", message: "no answer in 2 s")]
            window.quality.restarts = ["s-1"]
            entries[place] = .window(window)
        }
        var story = StoryRun.story(header, entries)
        story.outcome = nil
        story.journalPath = "x.journal.zst"
        story.tornBytes = 12
        story.interruption = Reason("interrupted", "SIGTERM")
        return story
    }()
}
