import CanaryCore
import CanaryTestKit
import CanaryYAML
import Foundation
import Measuring

/// What one agent costs: with many canaries that have nothing to do, and with many rollouts at once.
///
/// The API server double and the mesh are in this process; only the agent's own memory and processor time are counted.
enum AgentBench {
    private static let idle = 1000
    private static let active = 200
    private static let podsOfEach = 10
    /// Measured so long, after everything has come to rest.
    private static let time = Duration.seconds(60)

    static func run(_ binary: Program, in folder: URL) async throws -> [BenchLine] {
        try await idle(binary, in: folder) + active(binary, in: folder)
    }

    // MARK: Idle

    private static func idle(_ binary: Program, in folder: URL) async throws -> [BenchLine] {
        let rig = try Rig(FleetService.several(idle), in: folder, as: "idle")
        let requestsBefore = rig.fleet.server.view.acceptedConnections
        let start = ContinuousClock.now
        let agent = try rig.start(binary)
        try await rig.wait(for: "every canary to be known", agent, seconds: 300) { rig.count(phase: "Idle") == idle }
        let known = start.duration(to: .now).inSeconds
        try await Task.sleep(for: .seconds(15))
        let requests = rig.fleet.server.view.requests.last?.number ?? 0
        let reading = try await Reading.take(agent, for: time)
        let asked = (rig.fleet.server.view.requests.last?.number ?? 0) - requests
        let peak = Double(agent.peakBytes) / 1_048_576
        agent.end()
        let connections = rig.fleet.server.view.acceptedConnections - requestsBefore
        return [
            BenchLine(what: "\(idle) idle canaries: until all are known", measured: "\(known.text(1)) s"),
            BenchLine(
                what: "\(idle) idle canaries: resident memory of the agent",
                measured: "\(reading.megabytes.text(1)) MB (at most \(peak.text(1)) MB)",
                limit: "under 150 MB",
                isMet: reading.megabytes > 0 && peak < 150
            ),
            BenchLine(
                what: "\(idle) idle canaries: one core",
                measured: "\((reading.share * 100).text(2)) %",
                limit: "under 5 %",
                isMet: reading.share < 0.05
            ),
            BenchLine(
                what: "\(idle) idle canaries: requests to the API in a minute",
                measured: "\(asked) on \(connections) connections"
            ),
        ]
    }

    // MARK: Active

    private static func active(_ binary: Program, in folder: URL) async throws -> [BenchLine] {
        let services = FleetService.several(active).map { service in
            var service = service
            service.pods = [.v1: podsOfEach - 2, .v2: 2]
            // So little that nothing is decided while it is measured.
            service.rate = 20
            return service
        }
        let rig = try Rig(services, in: folder, as: "active")
        let agent = try rig.start(binary)
        try await rig.wait(for: "every canary to be known", agent, seconds: 120) { rig.count(phase: "Idle") == active }
        for service in services { try rig.fleet.deploy("5f6d7c8b92", to: .v2, of: service) }
        try await rig.wait(for: "every rollout to reach its first step", agent, seconds: 400) {
            Set(rig.fleet.audit.writes.map(\.route)).count == active
        }
        try await Task.sleep(for: .seconds(15))
        let pages = rig.fleet.mesh.pagesServed
        let reading = try await Reading.take(agent, for: time)
        let scraped = Double(rig.fleet.mesh.pagesServed - pages) / time.inSeconds
        let running = rig.count(phase: "Progressing")
        agent.end()
        let wanted = Double(active * podsOfEach) / 5
        return [
            BenchLine(
                what: "\(active) active rollouts at 5 s: pages scraped a second",
                measured: "\(scraped.text(0)), \(running) rollouts at a step",
                limit: "at least \((wanted * 0.98).text(0))",
                isMet: scraped >= wanted * 0.98 && running == active
            ),
            BenchLine(
                what: "\(active) active rollouts at 5 s: processor seconds a second of the agent",
                measured: reading.share.text(3),
                limit: "under 1",
                isMet: reading.share < 1
            ),
            BenchLine(
                what: "\(active) active rollouts at 5 s: resident memory of the agent",
                measured: "\(reading.megabytes.text(1)) MB"
            ),
        ]
    }

    /// What the kernel counted over a time.
    private struct Reading {
        /// Processor seconds a second.
        var share: Double
        var megabytes: Double

        static func take(_ agent: RunningProgram, for time: Duration) async throws -> Reading {
            let before = agent.processorSeconds
            let start = ContinuousClock.now
            try await Task.sleep(for: time)
            let seconds = start.duration(to: .now).inSeconds
            guard agent.isRunning else { throw Arguments.Fault(description: "the agent has ended: \(agent.talk)") }
            return Reading(
                share: (agent.processorSeconds - before) / seconds,
                megabytes: Double(agent.residentBytes) / 1_048_576
            )
        }
    }

    /// A fleet with canaries of one line, and the policy that presets the rest.
    private struct Rig {
        let fleet: FleetFixture
        let folder: URL
        private let name: String

        init(_ services: [FleetService], in folder: URL, as name: String) throws {
            self.name = name
            self.folder = folder
            fleet = try FleetFixture(services)
            try fleet.server.apply(
                yaml: """
                    apiVersion: haldane.dev/v1
                    kind: CanaryPolicy
                    metadata: { name: default, namespace: haldane-system }
                    spec:
                      defaults:
                        telemetry: { scrape: { pods: { port: \(fleet.mesh.port), via: direct } } }
                        steps: [50%, 100%]
                        pace: { interval: 5s, history: 1m, settle: 10s, warmup: 0s, deadline: 2h }
                        guards: { onCanarySilent: hold }

                    """
            )
            for service in services {
                try fleet.addCanary(for: service, spec: "{ route: { virtualService: \(service.name) } }")
            }
            try Data(
                """
                apiVersion: v1
                kind: Config
                current-context: double
                clusters: [{ name: double, cluster: { server: "\(fleet.server.url())" } }]
                users: [{ name: haldane, user: { token: "\(FakeAPIServer.token)" } }]
                contexts: [{ name: double, context: { cluster: double, user: haldane, namespace: haldane-system } }]

                """.utf8
            ).write(to: folder.appending(path: "\(name).kubeconfig"))
        }

        func start(_ binary: Program) throws -> RunningProgram {
            try RunningProgram(
                binary,
                [
                    "agent", "--kubeconfig", folder.appending(path: "\(name).kubeconfig").path, "--agent-namespace",
                    "haldane-system", "--data", folder.appending(path: "disk-\(name)").path,
                ],
                in: folder,
                as: name
            )
        }

        /// Canaries in a phase.
        func count(phase: String) -> Int {
            fleet.server.view.objects(.canaries).count { $0["status"]?["phase"]?.string == phase }
        }

        func wait(for what: String, _ agent: RunningProgram, seconds: Double, until isMet: () -> Bool) async throws {
            let start = ContinuousClock.now
            while !isMet() {
                guard agent.isRunning, start.duration(to: .now).inSeconds < seconds else {
                    throw Arguments.Fault(description: "waited in vain for \(what): \(agent.talk)")
                }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }
}
