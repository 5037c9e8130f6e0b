import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTelemetry
import CanaryTestKit
import CanaryYAML
import Foundation
import Synchronization

/// An agent of this process over a cluster of doubles. Runs have a time a hundred times as fast as the real one, and made-up
/// traffic that follows the stored weights. Agents of one cluster have the same time.
final class AgentRig: Sendable {
    let fleet: FleetFixture
    let folder: Scratch
    let agent: AgentService
    let connection: AgentConnection
    let board = AgentBoard()
    let traffic: RigTraffic
    private let sink = LineSink()
    private let clock: FastRunClock
    private let task = Mutex<Task<Void, Never>?>(nil)

    static let namespace = "test1"
    static let agentNamespace = "haldane-system"

    /// - Parameters:
    ///   - names: of the services; each gets a Canary object unless `specs` is given.
    ///   - specs: files for a folder in place of objects.
    ///   - policy: lines of the cluster policy's `spec`.
    ///   - other: whose cluster this one's agent works in as well.
    ///   - halts: time stands still with the first window that a canary gets requests in, until `goOn`: nothing is proved before.
    ///   - pager: where every canary's messages go; nil if nowhere.
    ///   - defaults: more lines of the cluster policy's `defaults`.
    init(
        _ names: String...,
        specs: [String: String]? = nil,
        policy: [String] = [],
        identity: String = "agent-1",
        shards: Bool = true,
        beside other: AgentRig? = nil,
        halts: Bool = false,
        pager: String? = nil,
        defaults: [String] = [],
        change: (inout AgentOptions) -> Void = { _ in }
    ) throws {
        let services = names.map { FleetService($0, in: Self.namespace) }
        let fleet = try other?.fleet ?? FleetFixture(services)
        self.fleet = fleet
        // With a time of its own this one's requests would be older than the runs of the other one.
        let clock = other?.clock ?? FastRunClock(factor: 100, halts: halts)
        self.clock = clock
        let present = other?.traffic ?? RigTraffic()
        traffic = present
        let folder = try Scratch()
        self.folder = folder
        let profiles = pager.map { ["profiles: { pager: { webhook: \"\($0)\" } }"] } ?? []
        let notify = pager == nil ? [] : ["notify: [{ profile: pager }]"]
        if other == nil { try Self.preset(fleet, policy + profiles, defaults: notify + defaults) }
        if let specs {
            try FileManager.default.createDirectory(atPath: "\(folder.path)/specs", withIntermediateDirectories: true)
            for (name, text) in specs { try folder.store(text.utf8, at: "\(folder.path)/specs/\(name)") }
        } else if other == nil {
            for service in services {
                try fleet.addCanary(for: service, spec: "{ route: { virtualService: \(service.name) } }")
            }
        }
        var options = AgentOptions(
            version: "test",
            identity: identity,
            namespaces: [Self.namespace],
            agentNamespace: Self.agentNamespace,
            data: "\(folder.path)/data",
            specs: specs == nil ? nil : "\(folder.path)/specs",
            shards: shards,
            resync: .milliseconds(500)
        )
        change(&options)
        try folder.store(FakeAPIServer.token.utf8, at: "\(folder.path)/token")
        let known = Dictionary(services.map { ($0.name, $0) }) { $1 }
        let isFailing: @Sendable (String) -> Bool = { name in
            guard let service = known[name] else { return false }
            return Self.failingTemplates.contains(fleet.template(of: .v2, service))
        }
        connection = AgentConnection(
            connection: ClusterConnection(
                server: fleet.server.url(),
                namespace: Self.namespace,
                tokenFile: "\(folder.path)/token"
            ),
            namespaces: options.namespaces,
            instance: identity,
            grouping: .seconds(2),
            telemetry: { spec, roles in
                ScriptedTelemetry { round in
                    guard let service = known[spec.name] else { return Window(seconds: 5) }
                    let weights = fleet.weights(of: service)
                    let share = Double(roles == .asNamed ? weights.last ?? 0 : weights.first ?? 0)
                    if share > 0 { clock.halt() }
                    var traffic = EvenTraffic()
                    traffic.requests = present.requests
                    traffic.stableFailures = present.failures
                    traffic.canaryFailures = isFailing(spec.name) ? 0.08 : present.failures
                    guard !present.isLost else { return Window(seconds: 5, quality: RigTraffic.loss) }
                    return traffic.window(round: round, canaryPercent: share)
                }
            }
        )
        let log = AgentLog(
            now: { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) },
            write: { [sink] in sink.add($0) }
        )
        agent = AgentService(
            options: options,
            connection: connection,
            log: log,
            board: board,
            clock: clock
        )
    }

    /// Lets time pass again, and from now on always.
    func goOn() { clock.goOn() }

    /// Templates whose pods answer with errors.
    static let failingTemplates: Set<String> = ["bad1bad1bad", "bad2bad2bad", "bad3bad3bad"]

    static func preset(_ fleet: FleetFixture, _ policy: [String], defaults more: [String] = []) throws {
        let head = [
            "apiVersion: haldane.dev/v1", "kind: CanaryPolicy",
            "metadata: { name: default, namespace: \(agentNamespace) }", "spec:",
        ]
        let defaults = [
            "telemetry: { scrape: { pods: { port: 15020, via: direct } } }",
            "steps: [20%, 100%]",
            "pace: { interval: 5s, history: 150s, settle: 5s, warmup: 0s, deadline: 10h, bake: 30s }",
        ]
        let lines = head + policy.map { "  \($0)" } + ["  defaults:"] + (defaults + more).map { "    \($0)" }
        try fleet.server.apply(yaml: lines.joined(separator: "\n") + "\n")
    }

    func start() {
        let agent = agent
        task.withLock { $0 = Task { await agent.run() } }
    }

    /// Hands over and ends.
    func stop() async {
        agent.leave()
        await task.withLock { $0 }?.value
        await connection.cluster.close()
    }

    var log: [String] { sink.all }

    /// The time of the runs.
    var now: Timestamp { clock.present }

    /// For what others than agents do in the cluster.
    var client: KubernetesClient { connection.cluster.client }

    func service(_ name: String) -> FleetService { FleetService(name, in: Self.namespace) }

    func status(_ name: String) -> JSONValue? {
        fleet.server.view.object(.canaries, name, in: Self.namespace)?["status"]
    }

    func weights(_ name: String) -> [Int] { fleet.weights(of: service(name)) }

    /// Waits for a condition that is looked at often; false if it is not met in time.
    func eventually(within limit: Duration = .seconds(30), _ condition: () -> Bool) async -> Bool {
        let end = ContinuousClock.now + limit
        while ContinuousClock.now < end {
            if condition() { return true }
            try? await Task.sleep(for: .milliseconds(20))
        }
        return condition()
    }

    /// Waits until so much time of the runs has passed.
    func pass(_ duration: Duration) async {
        let end = now.advanced(by: duration)
        _ = await eventually { now >= end }
    }

    /// Waits until the status of a canary has a condition's reason, as `FirstSight`.
    func isReady(_ name: String, _ reason: String) async -> Bool {
        await eventually {
            (status(name)?["conditions"]?.items ?? []).contains { $0["reason"]?.string == reason }
        }
    }

    func annotate(_ kind: ClusterKind, _ name: String, in namespace: String, _ annotations: [String: String]) throws {
        var metadata = fleet.server.view.object(kind, name, in: namespace)?["metadata"]?.members ?? [:]
        let before = metadata["annotations"]?.members ?? [:]
        metadata["annotations"] = .object(before.merging(annotations.mapValues { .string($0) }) { $1 })
        let changed = metadata
        try fleet.server.change(kind, name, in: namespace) { object in
            guard case .object(var members) = object else { return }
            members["metadata"] = .object(changed)
            object = .object(members)
        }
    }

    /// Asks for something as `haldane VERB --cluster` does.
    func ask(_ verb: CanaryRequest.Verb, of name: String, id: String, force: Bool = false) throws {
        let request = CanaryRequest(
            id: id,
            verb: verb,
            force: force,
            reason: "a test asks",
            by: "alice",
            at: clock.present
        )
        let named = request.members.map { (RequestAnnotations.prefix + $0.key, $0.value) }
        try annotate(.canaries, name, in: Self.namespace, Dictionary(named) { $1 })
    }
}
