import Foundation
import Testing

/// Every scenario of the demo, from the command line to the route file, with real scraping in between.
@Suite(.serialized) struct ScenarioTests {
    /// How a scenario must end.
    struct Expectation: Sendable, CustomTestStringConvertible {
        var scenario: String
        /// What each allowed outcome has as `detail` or within its reason; empty allows any.
        var endings: [String: String]
        /// Whom the reason must name.
        var names: String?

        init(_ scenario: String, _ endings: [String: String], names: String? = nil) {
            self.scenario = scenario
            self.endings = endings
            self.names = names
        }

        var testDescription: String { scenario }
    }

    static let expectations = [
        Expectation("healthy", ["promoted": ""]),
        Expectation("cold-start", ["promoted": ""]),
        Expectation("counter-reset", ["promoted": ""]),
        Expectation("errors", ["rolledBack": ""]),
        Expectation("latency", ["rolledBack": ""]),
        Expectation("slow-tail", ["rolledBack": ""]),
        Expectation("dead-canary", ["rolledBack": ""]),
        Expectation("slow-warm", ["promoted": "", "rolledBack": "", "held": ""]),
        Expectation("shared-outage", ["promoted": "", "held": ""]),
        Expectation("pod-bursts", ["promoted": "", "held": ""]),
        Expectation("low-traffic", ["held": ""]),
        Expectation("no-data", ["held": ""]),
        Expectation("second-writer", ["held": "contested"]),
        Expectation("bypass", ["rolledBack": "incomplete", "held": ""], names: "batch-job"),
    ]

    static let codes: [String: Int32] = ["promoted": 0, "held": 1, "rolledBack": 2]

    struct Demo: Sendable {
        var result: Haldane.Result
        var route: RouteText
        var replay: Haldane.Result
    }

    /// Two at a time: each keeps a core busy. `make demo` and `make calibrate` have other seeds.
    static let pairs = stride(from: 0, to: expectations.count, by: 2).map { first in
        expectations[first..<min(first + 2, expectations.count)].map(\.self)
    }

    @Test("ends as its story demands", .timeLimit(.minutes(6)), arguments: pairs)
    func scenarios(pair: [Expectation]) async throws {
        async let first = demo(pair[0].scenario, seed: 11)
        async let second = demo(pair[1].scenario, seed: 12)

        for (expectation, seed, demo) in [(pair[0], 11, try await first), (pair[1], 12, try await second)] {
            let run = try demo.result.json(RunResult.self)
            let said = "\(run.detail) \(run.reason)"

            #expect(run.schema == "haldane.demo/1")
            let wanted = try #require(expectation.endings[run.outcome], "seed \(seed): \(said)")
            #expect(wanted.isEmpty || said.contains(wanted), "seed \(seed): \(said)")
            #expect(expectation.names.map(said.contains) ?? true, "seed \(seed): \(said)")
            #expect(run.asExpected == true, "seed \(seed): \(said)")
            #expect(demo.result.ending == .exited(Self.codes[run.outcome] ?? -1), "seed \(seed)")
            checkRoute(demo, run, seed)
            checkTruth(run, seed)

            #expect(demo.replay.ending == .exited(0), "seed \(seed)")
            #expect(try demo.replay.json(ReplayResult.self).identical, "seed \(seed): \(demo.replay.output)")
        }
    }

    @Test("gives the same verdicts at every speed", .timeLimit(.minutes(4)), arguments: ["errors", "dead-canary"])
    func speeds(scenario: String) async throws {
        async let unpaced = demo(scenario, seed: 5, speed: 0)
        async let paced = demo(scenario, seed: 5, speed: 900)

        let (quick, slow) = (try await unpaced, try await paced)
        #expect(try quick.result.json(RunResult.self).withoutPaths == slow.result.json(RunResult.self).withoutPaths)
        #expect(Self.judgements(quick.result.talk) == Self.judgements(slow.result.talk))
        #expect(!Self.judgements(quick.result.talk).isEmpty)
        #expect(try quick.replay.json(ReplayResult.self) == slow.replay.json(ReplayResult.self))
    }

    private func demo(_ scenario: String, seed: Int, speed: Int = 0) async throws -> Demo {
        try await Patience.blocking {
            let folder = try TestFolder()
            let arguments = [
                "demo", "--scenario", scenario, "--seed", "\(seed)", "--speed", "\(speed)", "--output", "json",
            ]
            let result = try Haldane.run(arguments + ["--directory", folder.file("demo")], in: folder)
            let run = try result.json(RunResult.self)
            return Demo(
                result: result,
                route: RouteText(TestFolder.text(run.route)),
                replay: try Haldane.run(["replay", run.journal, "--output", "json"], in: folder, as: "replay")
            )
        }
    }

    /// The lines about rounds, writes and the end: virtual time, verdict, evidence and words of each.
    private static func judgements(_ talk: String) -> [String] {
        talk.split(separator: "\n").map(String.init).filter { line in
            ["event=judged", "event=wrote", "event=finished"].contains(where: line.contains)
        }
    }

    private func checkRoute(_ demo: Demo, _ run: RunResult, _ seed: Int) {
        #expect(
            demo.route.weights.count == 2 && demo.route.weights.reduce(0, +) == 100,
            "seed \(seed): \(demo.route.weights)"
        )
        #expect(demo.route.weights == [run.weights?.stable, run.weights?.canary], "seed \(seed)")
        switch run.outcome {
        case "promoted": #expect(demo.route.weights == [0, 100], "seed \(seed)")
        case "rolledBack": #expect(demo.route.weights == [100, 0], "seed \(seed)")
        default: break
        }
    }

    /// What Haldane counted is what the simulated mesh served, up to what was still unread at the end.
    private func checkTruth(_ run: RunResult, _ seed: Int) {
        guard let truth = run.truth else {
            Issue.record("seed \(seed): no truth")
            return
        }
        #expect(run.requests.stable <= truth.stable.requests, "seed \(seed)")
        #expect(run.requests.canary <= truth.canary.requests, "seed \(seed)")
        #expect(run.seconds > 0, "seed \(seed)")
    }
}
