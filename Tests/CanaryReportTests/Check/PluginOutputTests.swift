import CanaryCore
import CanaryReport
import Testing

struct PluginOutputTests {
    @Test("any report is a line by the Monitoring Plugins' rules, with the word of its exit code", arguments: 0..<300)
    func grammar(seed: Int) {
        var random = RandomReports(seed: UInt64(seed))
        let report = random.report()
        let output = PluginOutput(report: report)

        let grammar = PluginGrammar(output.text)

        #expect(grammar.faults.isEmpty, "seed \(seed): \(grammar.faults)\n\(output.text)")
        #expect(grammar.firstLine == output.firstLine)
        let words = ["OK", "WARNING", "CRITICAL", "UNKNOWN"]
        #expect(grammar.firstLine.contains(" \(words[Int(report.exitCode.code)]) - "), "seed \(seed)")
    }

    @Test("the checker finds what is wrong")
    func checker() {
        let bad = [
            "no state", "A OK - x | 'a'=1e5\n", "A OK - x | 'a'=1XX\n", "A OK - x | 'a=1\n", "A OK - x | a=1;;;;;9\n",
            "A OK - x | a=1 a=2\n", "A OK - x | a=;1\n", "A OK - x | a=1;:\n", "A GOOD - x\n", "A OK - x\n\nlong\n",
            "A OK - \(String(repeating: "x", count: 300))\n",
        ]
        for text in bad { #expect(!PluginGrammar(text).faults.isEmpty, "\(text)") }
        let good = ["A OK - x\n", "A B CRITICAL - x | 'a b'=-1.5ms;~:1;@2:3;0;9 c=1%\nlong\nmore | d=1\ne=2\n"]
        for text in good { #expect(PluginGrammar(text).faults.isEmpty, "\(PluginGrammar(text).faults)") }
    }

    @Test("one degraded service")
    func degraded() {
        var verdict = CheckVerdict.unknown(
            CheckSubject(key: "shop/reviews", comparison: .versions, stable: "v1", canary: "v2"),
            Reason("errors", "v2 is worse than v1: failed v2 3.1 % of 4,021, v1 0.3 % of 80,112 (+2.8 pp)"),
            since: Timestamp(milliseconds: 1_795_428_120_000)
        )
        verdict.kind = .degraded
        verdict.evidence = CheckVerdict.Evidence(logM: 16, logThreshold: 15, isAlarm: true, logE: 3, isDiscovered: nil)
        verdict.metrics = [
            CheckVerdict.Metric(
                name: "errors",
                edge: nil,
                stable: Finding.Tally(events: 240, requests: 80_112),
                canary: Finding.Tally(events: 125, requests: 4021)
            )
        ]
        verdict.canary.p99 = QuantileBucket(low: 250, high: 500)
        let report = CheckReport(at: Timestamp(milliseconds: 1_795_428_420_000), verdicts: [verdict])
        #expect(
            PluginOutput(report: report).text == """
                REVIEWS CRITICAL - since 2026-11-23 10:02Z: v2 is worse than v1: failed v2 3.1 % of 4,021, v1 0.3 % of 80,112 (+2.8 pp) \
                | 'errors_v1'=0.299581%;;;0;100 'errors_v2'=3.108679%;;;0;100 'evidence'=2.718282;;1;0
                degraded shop/reviews since 2026-11-23 10:02Z: v2 is worse than v1: failed v2 3.1 % of 4,021, v1 0.3 % of 80,112 (+2.8 pp) \
                | 'requests_v1'=80112;;;0
                'requests_v2'=4021;;;0
                'p99_v2'=500ms;;;0

                """
        )
    }

    @Test("no service is UNKNOWN")
    func nothing() {
        let report = CheckReport(at: Timestamp(milliseconds: 0), fault: Reason("nothing", "no service was found"))
        #expect(PluginOutput(report: report).text.hasPrefix("HALDANE UNKNOWN - no service was found\n"))
    }

    @Test("equal reports give equal bytes in every form")
    func determinism() {
        for seed in 0..<20 {
            var one = RandomReports(seed: UInt64(seed))
            var other = RandomReports(seed: UInt64(seed))
            let (first, second) = (one.report(), other.report())
            #expect(first.json() == second.json())
            #expect(NodeTextfile(report: first).bytes == NodeTextfile(report: second).bytes)
            #expect(JUnitReport(report: first).bytes == JUnitReport(report: second).bytes)
        }
    }
}
