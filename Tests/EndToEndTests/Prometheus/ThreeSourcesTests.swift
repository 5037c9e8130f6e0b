import CanarySimulator
import CanaryTestKit
import Foundation
import Testing

/// One simulated release, seen by scraping, by Prometheus and by VictoriaMetrics.
@Suite(.serialized) struct ThreeSourcesTests {
    /// What the simulated mesh says of itself at `/truth`.
    private struct Truth: Decodable, Sendable {
        struct Version: Decodable, Sendable, Equatable {
            var requests: Int
            var failed: Int
        }

        var canary: Version
    }

    private static func mesh(_ scenario: String, seed: Int, speed: Int = 20) async throws -> MeshProcess {
        try await Patience.blocking {
            try MeshProcess(scenario: scenario, seed: seed, speed: speed, in: try TestFolder())
        }
    }

    /// Both servers, scraping already.
    private static func servers(_ mesh: MeshProcess, latencyOffset: Duration? = nil) async throws -> [StoredServer] {
        let job = ScrapeJob(pages: try mesh.targets(), interval: .milliseconds(500))
        async let prometheus = PrometheusProcess.start(scraping: job)
        async let victoria = VictoriaProcess.start(scraping: job, latencyOffset: latencyOffset)
        let servers = [StoredServer.prometheus(try await prometheus), .victoria(try await victoria)]
        for server in servers { try await server.waitForSeries("up{pod=~\"demo4-v.*\"} == 1", count: 10) }
        return servers
    }

    private static func truth(_ mesh: MeshProcess) throws -> Truth {
        let page = try mesh.targets().first.flatMap { URL(string: $0) }
        guard let port = page?.port, let answer = LoopbackHTTP.get("/truth", port: UInt16(port)) else {
            throw ChildProcess.Failure(description: "the mesh does not tell the truth")
        }
        return try JSONDecoder().decode(Truth.self, from: Data(answer.body.utf8))
    }

    private static func moment(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    @Test(
        "a release that was judged by scraping is judged the same from what two servers stored meanwhile",
        .timeLimit(.minutes(6))
    )
    func afterwards() async throws {
        let mesh = try await Self.mesh("errors", seed: 21, speed: 5)
        let servers = try await Self.servers(mesh, latencyOffset: .seconds(1))
        let from = Self.moment(Date().addingTimeInterval(-1))

        // Rounds of the run are longer than those of the servers, so that what it decided from is many windows of theirs.
        let scraped = try await Patience.blocking {
            let settings = [
                "pace.interval=2s", "pace.history=60s", "steps=[25%,50%,100%]", "telemetry.scrape.timeout=1s",
            ]
            let arguments = ["run", mesh.spec, "--output", "json"] + settings.flatMap { ["--set", $0] }
            return try Haldane.run(arguments, in: mesh.folder, as: "run")
        }
        let run = try scraped.json(RunResult.self)
        let until = Date().addingTimeInterval(2)
        let truth = try Self.truth(mesh)
        let isStored = try await Patience.blocking {
            // Both servers show a sample a little later than they took it; the spec's delay keeps five seconds away from now.
            Patience.wait(seconds: 30) { Date() > until.addingTimeInterval(6) }
        }

        #expect(isStored)
        #expect(run.outcome == "rolledBack", "\(run.reason)")
        #expect(run.requests.canary == truth.canary.requests)
        for server in servers {
            let result = try await Patience.blocking {
                let folder = try TestFolder()
                let spec = try StoredSpec(url: server.url, in: folder, pace: "interval: 1s, history: 60s, warmup: 0s")
                let times = ["--from", from, "--to", Self.moment(until)]
                return try Haldane.run(["judge", spec.path, "--output", "json"] + times, in: folder, as: server.name)
            }
            #expect(result.ending == .exited(2), "\(server.name): \(result.output)\(result.talk)")
            let past = try result.json(PastResult.self)
            #expect(past.verdict == "degraded", "\(server.name): \(past.reason)")
            // The same counts, but for those up to a pod's first sample, which may be its baseline: a second at 25 %.
            #expect(past.sides.canary.requests <= run.requests.canary, "\(server.name)")
            #expect(past.sides.canary.requests >= run.requests.canary - 600, "\(server.name)")
        }
    }

    @Test(
        "a run that reads a server decides as one that scrapes",
        .timeLimit(.minutes(6)),
        arguments: [("healthy", false), ("errors", true)]
    )
    func live(scenario: String, isVictoria: Bool) async throws {
        let mesh = try await Self.mesh(scenario, seed: 22)
        let servers = try await Self.servers(mesh)
        let server = servers[isVictoria ? 1 : 0]
        let result = try await Patience.blocking {
            let settings = [
                "pace.interval=1s", "pace.history=30s", "pace.settle=2s", "pace.warmup=1s", "pace.bake=10s",
                "steps=[25%,50%,100%]", "objectives.errors.budget=2pp", "objectives.latency.budget=60%",
                "pace.deadline=5m",
            ].flatMap { ["--set", $0] }
            let telemetry = ["prometheus: { url: \"\(server.url)\", delay: 1s }"]
            let spec = try mesh.folder.write("stored.yaml", Self.spec(TestFolder.text(mesh.spec), telemetry))
            return try Haldane.run(["run", spec, "--output", "json"] + settings, in: mesh.folder, as: server.name)
        }
        let run = try result.json(RunResult.self)
        let comment = Comment(rawValue: "\(server.name): \(run.reason)\n\(result.talk.suffix(2000))")
        #expect(run.outcome == (scenario == "healthy" ? "promoted" : "rolledBack"), comment)
        #expect(
            run.weights == (scenario == "healthy" ? .init(stable: 0, canary: 100) : .init(stable: 100, canary: 0)),
            comment
        )
        if scenario == "errors" { #expect(run.requests.canary <= (try Self.truth(mesh)).canary.requests, comment) }
    }

    /// The mesh's own spec with another source of telemetry.
    private static func spec(_ text: String, _ telemetry: [String]) -> String {
        var lines: [String] = []
        var isScrape = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
            let indent = line.prefix { $0 == " " }.count
            if line.hasPrefix("    scrape:") {
                isScrape = true
                lines += telemetry.map { "    " + $0 }
                continue
            }
            if isScrape, indent > 4 { continue }
            isScrape = false
            lines.append(line)
        }
        return lines.joined(separator: "\n")
    }
}
