import CanarySimulator
import CanaryTestKit
import Foundation
import Glibc
import Testing

/// Servers that are down, slow, or answer something else: told with reason and query, and never a verdict.
@Suite struct PrometheusTroubleTests {
    private static func judge(_ url: String, name: String = "judge") async throws -> Haldane.Result {
        try await Patience.blocking {
            let folder = try TestFolder()
            let spec = try StoredSpec(
                url: url,
                in: folder,
                pace: "interval: 15s, history: 10m",
                options: ", timeout: 2s"
            )
            let times = ["--from", "2025-09-01T00:00:00Z", "--to", "2025-09-01T00:30:00Z"]
            return try Haldane.run(
                ["judge", spec.path, "--output", "json"] + times,
                in: folder,
                as: name,
                seconds: 60
            )
        }
    }

    /// Exit 3, and words that name the question and what was wrong.
    private static func expectUnknown(_ result: Haldane.Result, _ words: [String]) {
        let said = result.talk + result.output
        #expect(result.ending == .exited(3), "\(said)")
        for word in words + ["istio_requests_total"] {
            #expect(said.contains(word), "no '\(word)' in: \(said)")
        }
        #expect(!said.contains("\"verdict\":\"healthy\""))
    }

    @Test("a server that is down", .timeLimit(.minutes(2)))
    func down() async throws {
        let port = try RefusingPort()
        Self.expectUnknown(try await Self.judge("http://127.0.0.1:\(port.port)"), ["127.0.0.1:\(port.port)"])
    }

    @Test("a server that accepts and says nothing", .timeLimit(.minutes(3)))
    func slow() async throws {
        let server = try await PrometheusProcess.start()
        server.suspend()
        let started = ContinuousClock.now
        let result = try await Self.judge(server.url)
        Self.expectUnknown(result, ["did not begin to answer"])
        #expect(ContinuousClock.now - started < .seconds(45))
    }

    @Test("a web page", .timeLimit(.minutes(2)))
    func html() async throws {
        let page = "<!DOCTYPE html><html><body>Sign in</body></html>"
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(headers: ["Content-Type: text/html"], body: page))]
        )
        Self.expectUnknown(try await Self.judge("http://127.0.0.1:\(server.port)"), ["text/html", "Sign in"])
    }

    @Test("a refusal with 422", .timeLimit(.minutes(2)))
    func refusal() async throws {
        let answer =
            #"{"status":"error","errorType":"execution","error":"query processing would load too many samples"}"#
        let server = try HostileServer(
            steps: [.send(HostileServer.answer(status: 422, headers: ["Content-Type: application/json"], body: answer))]
        )
        let result = try await Self.judge("http://127.0.0.1:\(server.port)")
        Self.expectUnknown(result, ["query processing would load too many samples"])
    }

    @Test("a real server that refuses so many samples", .timeLimit(.minutes(3)))
    func limit() async throws {
        let release = StoredRelease(
            .healthy,
            history: .seconds(900),
            stages: [StoredRelease.Stage(0.1, for: .seconds(900))],
            requestsPerSecond: 50
        )
        let server = try await PrometheusProcess.start(past: release.backfill, options: ["--query.max-samples=50"])
        Self.expectUnknown(try await Self.judge(server.url), ["too many samples"])
    }

    @Test("a server without any series of the service is not zero traffic", .timeLimit(.minutes(2)))
    func empty() async throws {
        let server = try await PrometheusProcess.start()
        let result = try await Self.judge(server.url)
        #expect(result.ending == .exited(3), "\(result.output)\(result.talk)")
    }

    @Test("a server that goes down during a run stops promotion and leaves the weights", .timeLimit(.minutes(4)))
    func lostDuringRun() async throws {
        let mesh = try await Patience.blocking {
            try MeshProcess(scenario: "healthy", seed: 31, speed: 20, in: try TestFolder())
        }
        let server = try await PrometheusProcess.start(
            scraping: ScrapeJob(pages: try mesh.targets(), interval: .milliseconds(500))
        )
        try await server.waitForSeries("up == 1", count: 10)
        let folder = mesh.folder
        let spec = try StoredSpec(
            url: server.url,
            in: folder,
            pace: "interval: 1s, history: 60s, settle: 2s, warmup: 1s, deadline: 45s, bake: 5s",
            options: ", delay: 1s, timeout: 1s"
        )
        let run = try Haldane(["run", spec.path, "--output", "json"], in: folder, as: "run")
        try await Patience.blocking { try run.waitForTalk("event=judged") }
        server.kill()
        let result = try await Patience.blocking { try run.wait(seconds: 200) }
        let report = try result.json(RunResult.self)

        #expect(report.outcome == "held", "\(report.reason)")
        #expect(result.ending == .exited(1), "\(result.talk.suffix(2000))")
        #expect(RouteText(TestFolder.text(spec.route)).weights == [100, 0])
    }
}
