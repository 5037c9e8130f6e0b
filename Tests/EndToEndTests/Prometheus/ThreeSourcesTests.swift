import CanarySimulator
import CanaryTestKit
import Foundation
import Testing

/// One simulated release, judged by scraping and again from what two servers stored of it.
@Suite struct ThreeSourcesTests {
    private static func moment(_ date: Date) -> String {
        let seconds = Int(date.timeIntervalSince1970.rounded(.down))
        return Date(timeIntervalSince1970: Double(seconds)).formatted(.iso8601)
    }

    @Test(
        "a release that was judged by scraping is judged the same from what two servers stored meanwhile",
        .timeLimit(.minutes(6))
    )
    func afterwards() async throws {
        let mesh = try await ServerLab.mesh("errors", seed: 21, speed: 5)
        let servers = try await ServerLab.servers(mesh, latencyOffset: .seconds(1))
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
        let truth = try ServerLab.truth(mesh)
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
}
