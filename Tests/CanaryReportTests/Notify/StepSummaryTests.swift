import CanaryCore
import CanaryReport
import Testing

@Suite struct StepSummaryTests {
    private static func report(canaryErrors: Double) -> RunReport {
        var run = SampleRun(canaryErrors: canaryErrors)
        run.play(rounds: 1000)
        return RunReport(
            header: run.header,
            ledger: run.ledger,
            outcome: run.outcome,
            weights: RouteWeights(stable: 100, canary: 0),
            route: "demo4-vs.yaml",
            journalPath: ".haldane/test1-demo4/run-1.journal"
        )
    }

    @Test("a run that was rolled back is told with its objectives and its steps")
    func rolledBack() {
        let markdown = StepSummary(Self.report(canaryErrors: 0.08)).markdown
        let lines = markdown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)

        #expect(lines.first == "")
        #expect(lines[1].hasPrefix("### ✖ rolled back: test1/demo4 v1 → v2 after "), "\(lines[1])")
        #expect(lines.contains("|  | v1 | v2 | finding |"), "\(markdown)")
        #expect(lines.contains("| --- | --- | --- | --- |"))
        #expect(lines.contains { $0.hasPrefix("| errors | ") && $0.hasSuffix("| worse, proved |") }, "\(markdown)")
        #expect(lines.contains { $0.hasPrefix("- ") && $0.contains(" at 5 % for ") }, "\(markdown)")
        #expect(lines.contains("- weights are 100/0 in demo4-vs.yaml"))
        #expect(lines.contains("    haldane explain .haldane/test1-demo4/run-1.journal"))
        #expect(markdown.hasSuffix("\n"))
    }

    @Test("an interrupted run says so")
    func interrupted() {
        var report = Self.report(canaryErrors: 0)
        report.outcome = nil
        report.weights = nil
        let markdown = StepSummary(report).markdown

        #expect(markdown.contains("### ? interrupted: test1/demo4"))
        #expect(markdown.contains("- weights are unknown: demo4-vs.yaml could not be read at the end"))
    }

    @Test("texts cannot break out of their place")
    func hostile() {
        let text = "a | b\n# c `d` <img src=x> [e](http://f) \u{1B}[31m **g**"
        let summary = StepSummary(
            title: text,
            sign: .open,
            word: "held",
            sentence: text,
            rows: [[text, text], [text, text, text, text, text]],
            timeline: [text],
            notes: [text],
            command: text
        )
        let lines = summary.markdown.split(separator: "\n", omittingEmptySubsequences: false)

        #expect(
            lines.allSatisfy { !$0.contains("<") && !$0.hasPrefix("#") || $0.hasPrefix("### ") || $0.hasPrefix("    ") }
        )
        for line in lines where line.hasPrefix("|") {
            let cells = line.replacing("\\|", with: "").split(separator: "|").count
            #expect(cells == 4, "\(line)")
        }
        #expect(!summary.markdown.contains("\u{1B}"))
        #expect(summary.markdown.contains("a \\| b; \\# c \\`d\\` &lt;img src=x&gt; \\[e\\](http://f)"))
    }

    @Test("no line begins as a command of a build server")
    func commands() {
        let nasty = "::error::x"
        let summary = StepSummary(
            title: nasty,
            sign: .done,
            word: "x",
            sentence: " \u{202E}" + nasty,
            points: [nasty],
            notes: [nasty]
        )
        let spaced = StepSummary(title: "x", sign: .done, word: "x", sentence: "  " + nasty)

        for line in (summary.markdown + spaced.markdown).split(separator: "\n") {
            #expect(!line.drop { $0 == " " }.hasPrefix("::"), "\(line)")
        }
        #expect(spaced.markdown.contains("  \\::error::x"))
        #expect(!summary.markdown.contains("\u{202E}"))
    }

    @Test("its length is bounded")
    func bounded() {
        let long = String(repeating: "|", count: 100_000)
        let summary = StepSummary(
            title: long,
            sign: .done,
            word: "x",
            sentence: long,
            rows: Array(repeating: [long, long, long, long], count: 5000),
            timeline: Array(repeating: long, count: 5000),
            notes: Array(repeating: long, count: 5000)
        )

        #expect(summary.markdown.utf8.count < 500_000)
        #expect(summary.markdown.contains("| and 4900 more |"))
        #expect(summary.markdown.contains("- 4900 earlier ones are left out"))
    }
}
