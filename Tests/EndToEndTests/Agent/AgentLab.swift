import CanaryTestKit
import CanaryYAML
import Foundation
import Glibc

/// A fleet of services behind an API server double, and agents of the real binary that watch over it.
///
/// Each process has a user of its own, so that the server's record says who wrote what.
final class AgentLab: Sendable {
    let fleet: FleetFixture
    let folder: TestFolder

    static let namespace = "test1"
    /// Where the agents' own Leases are.
    static let agentNamespace = "haldane-system"

    /// What the platform's team presets for all canaries of these tests: the quick pace.
    static func defaults(port: Int, telemetry: String? = nil, pace: [String] = quickPace) -> [String] {
        [
            "telemetry: \(telemetry ?? "{ scrape: { pods: { port: \(port), via: direct }, timeout: 2s } }")",
            "objectives: { errors: { budget: 2pp }, latency: { budget: 60% } }",
            "steps: [25%, 50%, 100%]",
            "pace: { \(pace.joined(separator: ", ")) }",
            "guards: { onCanarySilent: hold }",
        ]
    }

    static let quickPace = [
        "interval: 200ms", "history: 4s", "settle: 600ms", "warmup: 500ms", "deadline: 10m", "bake: 2s",
    ]

    /// Fills a server with services, a Canary of one line for each, and the cluster's policy; blocks the thread for a moment.
    ///
    /// - Parameter rate: requests a second of each service: so many by default that a verdict takes a second.
    init(_ services: [FleetService], rate: Double = 6000) throws {
        let services = services.map { service in
            var service = service
            service.rate = rate
            return service
        }
        fleet = try FleetFixture(services)
        folder = try TestFolder()
        try preset(Self.defaults(port: fleet.mesh.port))
        for service in services {
            try fleet.addCanary(for: service, spec: "{ route: { virtualService: \(service.name) } }")
        }
    }

    /// Writes the cluster's policy.
    ///
    /// - Parameters:
    ///   - defaults: lines of its `defaults`.
    ///   - policy: further lines of its `spec`.
    func preset(_ defaults: [String], policy: [String] = []) throws {
        let head = [
            "apiVersion: haldane.dev/v1", "kind: CanaryPolicy",
            "metadata: { name: default, namespace: \(Self.agentNamespace) }", "spec:",
        ]
        let lines = head + policy.map { "  \($0)" } + ["  defaults:"] + defaults.map { "    \($0)" }
        try fleet.server.apply(yaml: lines.joined(separator: "\n") + "\n")
    }

    /// As `init`, without blocking the caller's thread.
    static func make(_ names: String...) async throws -> AgentLab {
        try await Patience.blocking { try AgentLab(names.map { FleetService($0, in: namespace) }) }
    }

    var server: FakeAPIServer { fleet.server }

    // MARK: Processes

    /// The user of a process, by its name in the test.
    static func user(_ name: String) -> String { "system:serviceaccount:\(agentNamespace):\(name)" }

    /// A kubeconfig with a token of the process's own.
    func kubeconfig(_ name: String) throws -> String {
        server.accept(token: "token-of-\(name)", of: Self.user(name))
        return try folder.write(
            "\(name).kubeconfig",
            """
            apiVersion: v1
            kind: Config
            current-context: double
            clusters: [{ name: double, cluster: { server: "\(server.url())" } }]
            users: [{ name: haldane, user: { token: "token-of-\(name)" } }]
            contexts: [{ name: double, context: { cluster: double, user: haldane, namespace: \(Self.namespace) } }]

            """
        )
    }

    /// The folder that an agent keeps its journals in: its node's disk.
    func disk(_ name: String) -> String { folder.file("disk-\(name)") }

    /// Starts an agent.
    ///
    /// No program stands between: what kills it must kill nothing less.
    func startAgent(_ name: String = "agent", _ more: [String] = []) throws -> Haldane {
        try Haldane(
            [
                "agent", "--kubeconfig", try kubeconfig(name), "--agent-namespace", Self.agentNamespace, "--data",
                disk(name), "--identity", name,
            ] + more,
            in: folder,
            as: name
        )
    }

    /// Runs a command of the cluster to its end, as a user of its own; blocks the thread.
    func command(_ words: [String], as name: String) throws -> Haldane.Result {
        try Haldane.run(
            words + ["--kubeconfig", try kubeconfig(name), "--output", "json"],
            in: folder,
            as: name,
            through: ["/usr/bin/timeout", "--kill-after=5", "120"],
            seconds: 130
        )
    }

    /// Kills an agent and takes its disk away, as a node that burns.
    func burn(_ agent: Haldane, _ name: String) throws {
        agent.signal(SIGKILL)
        _ = try agent.wait(seconds: 20)
        try? FileManager.default.removeItem(atPath: disk(name))
    }

    /// Starts `haldane sweep`, which goes on with what others left.
    func startSweep(_ name: String, _ place: [String] = ["--namespace", namespace]) throws -> Haldane {
        try Haldane(
            [
                "sweep", "--kubeconfig", try kubeconfig(name), "--journals", disk(name),
                // Rounds of 200 ms are more than a stranger's snapshot may ask for.
                "--trust-telemetry", "--output", "json",
            ] + place,
            in: folder,
            as: name
        )
    }

    /// Runs `haldane run` for a service as a CI job does, to its end; blocks the thread.
    func runJob(_ service: FleetService, as name: String) throws -> Haldane.Result {
        try command(["run", try jobSpec(service, as: name), "--journal", disk(name)], as: name)
    }

    /// Starts `haldane run` for a service as a CI job does.
    ///
    /// - Parameter policy: what the spec itself says of when it may step up, in flow style.
    func startJob(_ service: FleetService, as name: String, policy: String? = nil) throws -> Haldane {
        let spec = try jobSpec(service, as: name, policy.map { ["policy: \($0)"] } ?? [])
        let words = ["run", spec, "--journal", disk(name), "--kubeconfig", try kubeconfig(name), "--output", "json"]
        return try Haldane(words, in: folder, as: name)
    }

    private func jobSpec(_ service: FleetService, as name: String, _ more: [String] = []) throws -> String {
        try folder.write(
            "\(name).yaml",
            """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: \(service.name), namespace: \(service.namespace) }
            spec:
              route: { virtualService: \(service.name) }
              \((Self.defaults(port: fleet.mesh.port) + more).joined(separator: "\n  "))

            """
        )
    }

    // MARK: What is seen

    /// The status of a service's Canary.
    func status(_ service: FleetService) -> JSONValue {
        server.view.object(.canaries, service.name, in: service.namespace)?["status"] ?? .null
    }

    /// `outcome` and revision of the last run, e.g. `promoted v2-hash`.
    func lastRun(_ service: FleetService) -> (outcome: String, revision: String) {
        let last = status(service)["lastRun"]
        return (last?["outcome"]?.string ?? "", last?["canaryRevision"]?.string ?? "")
    }

    /// Waits until the status says so much; blocks the thread.
    func waitForStatus(
        _ service: FleetService,
        seconds: Double = 60,
        _ isMet: (JSONValue) -> Bool
    ) -> Bool {
        Patience.wait(seconds: seconds) {
            Patience.pause(milliseconds: 20)
            return isMet(status(service))
        }
    }

    /// Waits until the agent has seen a Canary for the first time; blocks the thread.
    func waitUntilKnown(_ service: FleetService, seconds: Double = 60) -> Bool {
        waitForStatus(service, seconds: seconds) { $0["phase"]?.string == "Idle" }
    }

    /// Waits until a revision's run has ended so; blocks the thread.
    func waitForEnd(_ service: FleetService, _ outcome: String, of revision: String, seconds: Double = 60) -> Bool {
        waitForStatus(service, seconds: seconds) { status in
            status["lastRun"]?["outcome"]?.string == outcome
                && status["lastRun"]?["canaryRevision"]?.string?.contains(revision) == true
        }
    }

    /// Waits until the stored weights are these; blocks the thread.
    func waitForWeights(_ service: FleetService, _ wanted: [Int], seconds: Double = 60) -> Bool {
        Patience.wait(seconds: seconds) {
            Patience.pause(milliseconds: 10)
            return fleet.weights(of: service) == wanted
        }
    }

    /// Waits until the last run has ended so; blocks the thread.
    func waitForLast(_ service: FleetService, _ outcome: String, seconds: Double = 60) -> Bool {
        Patience.wait(seconds: seconds) {
            Patience.pause(milliseconds: 20)
            return lease(service)["spec"]?["holderIdentity"]?.string?.isEmpty ?? true
                && record(service)["memory"]?["last"]?["outcome"] != nil
                && "\(record(service)["memory"]?["last"]?["outcome"] ?? .null)".contains(outcome)
        }
    }

    /// The Lease of a service's rollouts.
    func lease(_ service: FleetService) -> JSONValue {
        server.view.object(.leases, "haldane-\(service.name)", in: service.namespace) ?? .null
    }

    /// The record in it.
    func record(_ service: FleetService) -> JSONValue {
        let text = lease(service)["metadata"]?["annotations"]?["haldane.dev/record"]?.string ?? ""
        return (try? JSONText.parse(text.utf8)) ?? .null
    }

    /// The run that ended last.
    func lastRunID(_ service: FleetService) -> String? { record(service)["memory"]?["last"]?["id"]?.string }

    /// The reports of the journals on a disk; blocks the thread.
    func reports(_ name: String) -> [JSONValue] {
        let files = FileManager.default.enumerator(atPath: disk(name))?.compactMap { $0 as? String } ?? []
        return files.filter { $0.hasSuffix(".journal.zst") }.sorted().compactMap { file in
            let words = ["report", disk(name) + "/" + file, "--format", "json"]
            // What cannot be told is found missing by the test.
            let result = try? Haldane.run(words, in: folder, as: "report", seconds: 30)
            return try? JSONText.parse((result?.output ?? "").utf8)
        }
    }

    /// What a failed expectation should show.
    func story(_ service: FleetService, _ agents: Haldane...) -> String {
        let writes = fleet.audit.writes(of: service).map(\.description).joined(separator: "\n")
        let talk = agents.map { agent in
            let lines = (agent.output + agent.talk).split(separator: "\n")
            return lines.filter { !$0.contains("event=judged") }.suffix(60).joined(separator: "\n")
        }.joined(separator: "\n--\n")
        return
            "\(service.key): \(String(decoding: JSONText.bytes(of: status(service)), as: UTF8.self))\n\(writes)\n\(talk)"
    }
}
