package import CanaryCore
package import CanaryKubernetes
import CanaryTransport
import Synchronization

/// The agent: many canaries as one service, unattended.
///
/// ```swift
/// let agent = AgentService(options: options, cluster: cluster, log: log, board: board)
/// await agent.run()      // returns after `leave`, when every run is handed over
/// ```
///
/// Canaries are objects of the cluster, or specs of a folder. Everything is looked up in shared mirrors; an idle canary costs
/// nothing between two events. Each rollout is a `RunSession` of its own, with its own journal and its own Lease.
package final class AgentService: Sendable {
    private let options: AgentOptions
    private let cluster: SharedCluster
    private let clock: any RunClock
    private let log: AgentLog
    private let board: AgentBoard
    private let connection: AgentConnection
    private let isLeaving = Mutex(false)
    private let hasHandedOver = Mutex(false)

    /// - Parameters:
    ///   - cluster: made by `AgentConnection`, whose mirrors ring the agent; closed by its owner.
    ///   - clock: of the runs.
    package init(
        options: AgentOptions,
        connection: AgentConnection,
        log: AgentLog,
        board: AgentBoard = AgentBoard(),
        clock: any RunClock = WallRunClock()
    ) {
        self.options = options
        self.connection = connection
        cluster = connection.cluster
        self.clock = clock
        self.log = log
        self.board = board
    }

    /// Whether every run has ended or was handed over, after which the agent begins no other.
    package var isHandedOver: Bool { hasHandedOver.withLock { $0 } }

    /// Asks the agent to hand its rollouts over and to end. Returns at once.
    package func leave() {
        isLeaving.withLock { $0 = true }
        connection.wake.nudge()
    }

    /// Works until it is asked to leave, or its task is cancelled; then it ends within the options' grace.
    package func run() async {
        let isObjects = options.specs == nil
        let members =
            options.shards
            ? AgentMembers(
                client: cluster.client,
                namespace: options.agentNamespace,
                id: options.identity,
                duration: options.memberDuration
            ) : nil
        let statuses = isObjects ? writer(.canaries) : nil
        let policyStatuses = isObjects ? writer(.canaryPolicies) : nil
        let announcements = AgentAnnouncements(client: cluster.outside)
        let loop = AgentLoop(
            options: options,
            cluster: cluster,
            clock: clock,
            log: log,
            wake: connection.wake,
            interests: connection.interests,
            epochs: connection.epochs,
            board: board,
            members: members,
            statuses: statuses,
            policyStatuses: policyStatuses,
            announcements: announcements
        )
        log.tell(
            "started",
            nil,
            [
                ("version", options.version), ("identity", options.identity), ("watches", watched),
                ("agent_namespace", options.agentNamespace),
            ]
        )
        if let folder = options.specs {
            let text =
                "canaries and policies come from the folder \(folder) only: Canary and CanaryPolicy objects of the cluster are not read, "
                + "and `haldane freeze` and the verbs with --cluster act on objects; freeze in the file of a CanaryPolicy there"
            log.tell("policies", nil, [("message", text)])
        }
        await withDiscardingTaskGroup { group in
            for writer in [statuses, policyStatuses].compactMap({ $0 }) { group.addTask { await writer.run() } }
            group.addTask { await announcements.run() }
            // Cancelled and awaited below, before our own Lease is given back.
            let keeper = Task { [wake = connection.wake] in await members?.keep { wake.nudge() } }
            await loop.run(isOver: { [self] in isLeaving.withLock { $0 } || Task.isCancelled })
            hasHandedOver.withLock { $0 = true }
            keeper.cancel()
            await keeper.value
            announcements.close()
            await cluster.notices?.flush()
            for writer in [statuses, policyStatuses].compactMap({ $0 }) { await writer.finish(within: .seconds(3)) }
            await members?.leave()
        }
        log.tell("ended")
    }

    private func writer(_ resource: APIResource) -> StatusWriter {
        StatusWriter(client: cluster.client, resource: resource) { [log] canary, error in
            guard error.code != .notFound else { return }
            log.tell("status-unwritten", canary, [("message", AgentLoop.words(error))])
        }
    }

    private var watched: String {
        let place = options.namespaces.isEmpty ? "all namespaces" : options.namespaces.sorted().joined(separator: ",")
        return options.specs.map { "\($0) (\(place))" } ?? place
    }
}

/// A cluster with mirrors that wake an agent.
package struct AgentConnection: Sendable {
    package let cluster: SharedCluster
    let wake: AgentWake
    let interests: AgentInterests
    let epochs: FactsEpochs

    /// - Parameters:
    ///   - connection: of the API server.
    ///   - namespaces: what is mirrored; empty is the whole cluster.
    ///   - instance: which replica this is.
    ///   - grouping: how long messages of one cause are waited for, to be sent as one.
    ///   - telemetry: stands in for what specs say; for tests.
    package init(
        connection: ClusterConnection,
        namespaces: Set<String>,
        instance: String,
        timing: ObjectMirror.Timing = ObjectMirror.Timing(),
        grouping: Duration = .seconds(10),
        telemetry: SharedCluster.Telemetry? = nil
    ) {
        let http = connection.makeHTTPClient()
        var limits = KubernetesClient.Limits()
        limits.objects = 200_000
        limits.bytes = 2 << 30
        limits.listing = .seconds(180)
        var client = KubernetesClient(connection: connection, http: http, limits: limits)
        client.kinds = ServedKinds()
        let (wake, interests, epochs) = (AgentWake(), AgentInterests(), FactsEpochs())
        let mirrors = MirrorPool(
            client: client,
            scope: namespaces.isEmpty ? .cluster : .namespaces(namespaces),
            timing: timing,
            selectors: ["leases": RolloutObject.selector]
        ) { resource, change in
            switch resource.plural {
            case "canaries":
                guard let object = change.object else { return }
                wake.ring(object: CanaryKey(namespace: object.namespace, name: object.name))
            case "canarypolicies":
                wake.ringForPolicies()
            default:
                if epochs.note(change, of: resource) { wake.nudge() }
                var due: Set<CanaryKey> = []
                for object in [change.before, change.after] {
                    if let object { due.formUnion(interests.canaries(for: object, of: resource)) }
                }
                if !due.isEmpty { wake.ring(due) }
            }
        }
        self.wake = wake
        self.interests = interests
        self.epochs = epochs
        cluster = SharedCluster(
            client: client,
            mirrors: mirrors,
            http: http,
            outside: HTTPClient(),
            events: EventRecorder(client: client, instance: instance),
            notices: GroupedNotices(window: grouping, speaker: instance),
            telemetry: telemetry
        )
    }
}
