import CanaryTestKit
import CanaryYAML
import Foundation
import Glibc
import Testing

/// A server of telemetry that dies under many rollouts at once.
@Suite struct TelemetryLossTests {
    @Test(
        "a Prometheus that is killed under twenty running rollouts: no route is written, and one message tells of all",
        .timeLimit(.minutes(3))
    )
    func killed() async throws {
        let lab = try await Patience.blocking {
            try AgentLab(FleetService.several(20, "shop", in: AgentLab.namespace), rate: 600)
        }
        let services = lab.fleet.services
        let pager = try HostileServer { _ in [.send(HostileServer.answer(body: "ok"))] }
        let prometheus = try await PrometheusProcess.start(scraping: lab.fleet.scrapeJob(every: .milliseconds(500)))
        try lab.preset(
            AgentLab.defaults(
                port: lab.fleet.mesh.port,
                telemetry: "{ profile: metrics }",
                pace: ["interval: 1s", "history: 5s", "settle: 2s", "warmup: 0s", "deadline: 10m", "bake: 1m"]
            ) + ["notify: [{ profile: pager }]"],
            policy: [
                "profiles:", "  metrics: { prometheus: { url: \"\(prometheus.url)\" } }",
                "  pager: { webhook: \"\(pager.url("/hook"))\" }",
            ]
        )
        let agent = try lab.startAgent()
        for service in services {
            let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
            try #require(isKnown, "\(lab.story(service, agent))")
        }

        for service in services { try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service) }
        try await prometheus.scrape(lab.fleet.scrapeJob(every: .milliseconds(500)))
        for service in services {
            let isRunning = try await Patience.blocking {
                Patience.wait(seconds: 90) { !lab.fleet.audit.writes(of: service).isEmpty }
            }
            try #require(isRunning, "\(lab.story(service, agent))")
        }
        prometheus.kill()
        // Writes that were decided before the kill may still come in.
        let before = try await Patience.blocking {
            Patience.pause(milliseconds: 1500)
            return lab.fleet.audit.writes.count
        }
        let isTold = try await Patience.blocking {
            Patience.wait(seconds: 90) { Self.losses(pager).contains { $0.contains("20 rollouts at once") } }
        }
        // Nothing more comes of it.
        try await Patience.blocking { Patience.pause(milliseconds: 3000) }

        #expect(isTold, "\(Self.bodies(pager))\n\(lab.story(services[0], agent))")
        #expect(Self.losses(pager).count == 1, "\(Self.losses(pager))")
        #expect(lab.fleet.audit.writes.count == before, "\(lab.fleet.audit.writes.suffix(5))")
        #expect(lab.fleet.audit.uncovered.isEmpty, "\(lab.fleet.audit.uncovered)")
        for service in services { #expect(lab.fleet.weights(of: service)[1] > 0) }
    }

    private static func bodies(_ pager: HostileServer) -> [String] {
        pager.log.requests.map { String(decoding: $0.body, as: UTF8.self) }
    }

    /// Messages that are about telemetry, and not about a step.
    private static func losses(_ pager: HostileServer) -> [String] {
        bodies(pager).filter {
            $0.contains("telemetry") || $0.contains("Prometheus") || $0.contains("rollouts at once")
        }
    }
}
