import CanaryCore
import CanaryReport
import Foundation
import Testing

@Suite struct RunSummaryTests {
    private func report(_ run: SampleRun, canary: Int) -> RunReport {
        RunReport(
            header: run.header,
            ledger: run.ledger,
            outcome: run.outcome,
            weights: RouteWeights(stable: 100 - canary, canary: canary),
            route: "/tmp/demo/demo4-vs.yaml",
            journalPath: "/tmp/demo/journal/run-1.journal"
        )
    }

    private var facts: DemoFacts {
        let version = DemoFacts.Version(requests: 1000, failed: 5, medianMilliseconds: 18.2, p99Milliseconds: 140)
        return DemoFacts(
            scenario: "errors",
            seed: 7,
            nature: "fails 5 pp more requests than v1",
            expectation: "rolled back",
            isAsExpected: true,
            seconds: 300,
            stable: version,
            stableBesideCanary: version,
            canary: version,
            bypassed: ["batch-job": 12],
            restarts: 1
        )
    }

    @Test("summarizes a promoted run as in the golden text")
    func promoted() throws {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 2000)

        #expect(run.outcome?.word == "promoted")
        try Golden.check(RunSummary(report(run, canary: 100)).text(style: .plain), "summary-promoted.txt")
    }

    @Test("summarizes a rolled back demo with the truth beside it")
    func rolledBack() throws {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 2000)

        let summary = RunSummary(report(run, canary: 0), demo: facts)

        #expect(summary.exitCode == .degraded)
        try Golden.check(summary.text(style: .plain), "summary-rolled-back.txt")
    }

    @Test("gives programs one object with what the contract names")
    func json() throws {
        var run = SampleRun(canaryErrors: 0.06)
        run.play(rounds: 2000)
        let bytes = RunSummary(report(run, canary: 0), demo: facts).json()

        let object = try #require(try JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])

        #expect(object["schema"] as? String == "haldane.demo/1")
        #expect(object["scenario"] as? String == "errors")
        #expect(object["seed"] as? Int == 7)
        #expect(object["outcome"] as? String == "rolledBack")
        #expect((object["reason"] as? String)?.isEmpty == false)
        #expect(object["weights"] as? [String: Int] == ["stable": 100, "canary": 0])
        #expect(object["route"] as? String == "/tmp/demo/demo4-vs.yaml")
        #expect(object["journal"] as? String == "/tmp/demo/journal/run-1.journal")
        #expect((object["steps"] as? [Any])?.isEmpty == false)
        #expect((object["requests"] as? [String: Int])?.keys.sorted() == ["canary", "stable"])
        #expect((object["seconds"] as? Double).map { $0 > 0 } == true)
        #expect((object["truth"] as? [String: Any])?["nature"] as? String == "fails 5 pp more requests than v1")
        #expect(bytes.last == 10)
    }

    @Test("says of an interrupted run that it is unfinished, and where the weights are")
    func interrupted() {
        var run = SampleRun(canaryErrors: 0.005)
        run.play(rounds: 40)
        var report = report(run, canary: 5)
        report.interruption = Reason("interrupted", "interrupted (SIGINT): the process ends, weights stay as they are")

        let text = RunSummary(report).text(style: .plain)

        #expect(text.contains("interrupted"))
        #expect(text.contains("95/5"))
        #expect(text.contains("stay as they are"))
    }

    @Test("explains both decisions in sentences with numbers", arguments: [0.005, 0.06])
    func explanation(errors: Double) throws {
        var run = SampleRun(canaryErrors: errors)
        run.play(rounds: 2000)
        let explanation = Explanation(header: run.header, ledger: run.ledger, outcome: run.outcome)

        try Golden.check(
            explanation.text(style: .plain),
            errors > 0.01 ? "explain-rolled-back.txt" : "explain-promoted.txt"
        )
        let object = try JSONSerialization.jsonObject(with: Data(explanation.json())) as? [String: Any]
        #expect(object?["schema"] as? String == "haldane.explain/1")
    }
}
