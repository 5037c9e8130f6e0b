import CanaryTestKit
import Foundation
import Testing

/// Rollouts on a real Envoy: its own statistics are scraped, and its own routes carry the weights.
@Suite struct EnvoyTests {
    struct Rollout: Sendable {
        var result: Haldane.Result
        var route: RouteText
        var before: EnvoyLab.Facts
        /// At the end of the run, and three seconds later.
        var after: [EnvoyLab.Facts]
        var replay: Haldane.Result

        /// Requests of each version in the three seconds after the end.
        var lastAnswers: (stable: Int, canary: Int) {
            (after[1].answered.v1 - after[0].answered.v1, after[1].answered.v2 - after[0].answered.v2)
        }
    }

    @Test("promotes a good version, and Envoy sends it everything", .timeLimit(.minutes(4)))
    func promotes() async throws {
        let rollout = try await rollOut(canaryErrors: 0.005)

        #expect(rollout.result.ending == .exited(0), "\(rollout.result.talk)")
        let run = try rollout.result.json(RunResult.self)
        #expect(run.outcome == "promoted", "\(run.reason)")
        #expect(run.weights == RunResult.Pair(stable: 0, canary: 100))
        #expect(run.steps.map(\.weight) == [0, 20, 50, 100])
        #expect(rollout.route.weights == [0, 100])
        #expect(rollout.before.answered.v2 == 0)
        #expect(rollout.lastAnswers.canary > 300)
        #expect(rollout.lastAnswers.stable == 0)
        #expect(try rollout.replay.json(ReplayResult.self).identical)
    }

    @Test("rolls a failing version back, and proves that Envoy sends it nothing", .timeLimit(.minutes(4)))
    func rollsBack() async throws {
        let rollout = try await rollOut(canaryErrors: 0.15)

        #expect(rollout.result.ending == .exited(2), "\(rollout.result.talk)")
        let run = try rollout.result.json(RunResult.self)
        #expect(run.outcome == "rolledBack", "\(run.reason)")
        #expect(run.detail == "rolledBack", "proved to be empty: \(run.reason)")
        #expect(run.label == "errors")
        #expect(run.weights == RunResult.Pair(stable: 100, canary: 0))
        #expect(rollout.route.weights == [100, 0])
        #expect(rollout.after[0].answered.v2 > 0)
        #expect(rollout.lastAnswers.canary == 0)
        #expect(rollout.lastAnswers.stable > 300)
        #expect(try rollout.replay.json(ReplayResult.self).identical)
    }

    @Test(
        "rolls a failing version back when a Prometheus server scrapes Envoy in its place",
        .timeLimit(.minutes(4))
    )
    func rollsBackThroughPrometheus() async throws {
        let folder = try TestFolder()
        let lab = try await Patience.blocking {
            try EnvoyLab(canaryErrors: 0.15, requestsPerSecond: 400, in: folder)
        }
        let labels = ["pod": "gateway-0", "namespace": "test1"]
        let target = ScrapeJob.Target(url: try lab.page(), labels: labels)
        let server = try await PrometheusProcess.start(
            scraping: ScrapeJob(targets: [target], interval: .milliseconds(500))
        )
        try await server.waitForSeries("istio_requests_total{reporter=\"source\"}", count: 1)

        let result = try await Patience.blocking {
            let spec = try lab.writeSpec(server: server.url)
            return try Haldane.run(["run", spec, "--output", "json"], in: folder, seconds: 200)
        }

        #expect(result.ending == .exited(2), "\(result.talk.suffix(3000))")
        let run = try result.json(RunResult.self)
        #expect(run.detail == "rolledBack", "proved to be empty: \(run.reason)")
        #expect(run.label == "errors")
        #expect(RouteText(folder.read("route.yaml")).weights == [100, 0])
        let answered = try lab.facts().answered
        #expect(answered.v2 > 0 && run.requests.canary <= answered.v2)
        try await server.stop()
    }

    private func rollOut(canaryErrors: Double) async throws -> Rollout {
        try await Patience.blocking {
            let folder = try TestFolder()
            let lab = try EnvoyLab(canaryErrors: canaryErrors, requestsPerSecond: 400, in: folder)
            defer { withExtendedLifetime(lab) {} }
            let before = try lab.facts()
            let arguments = ["run", try lab.writeSpec(), "--journal", folder.file("journal"), "--output", "json"]
            let result = try Haldane.run(arguments, in: folder, seconds: 170)
            // Requests that were on their way at the end have been answered by then.
            Patience.pause(milliseconds: 700)
            let first = try lab.facts()
            Patience.pause(milliseconds: 3000)
            return Rollout(
                result: result,
                route: RouteText(folder.read("route.yaml")),
                before: before,
                after: [first, try lab.facts()],
                replay: try Haldane.run(
                    ["replay", folder.file("journal"), "--output", "json"],
                    in: folder,
                    as: "replay"
                )
            )
        }
    }
}
