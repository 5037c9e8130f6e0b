/// How an agent works.
package struct AgentOptions: Sendable {
    package var version: String
    /// Who this process is to the others; it differs between all that are alive.
    package var identity: String
    /// The namespaces that are looked after; empty is all of them.
    package var namespaces: Set<String>
    /// Where the agent's own objects are: the Leases of its replicas, and the cluster's policy.
    package var agentNamespace: String
    /// The folder of the journals.
    package var data: String
    /// A folder of specs in place of Canary objects; nil takes those of the cluster.
    package var specs: String?
    /// Whether the canaries are shared out among all replicas; else each looks after all of them, and each rollout's own Lease
    /// keeps them apart.
    package var shards: Bool
    /// How often what waits is looked at without being rung for; the rest ten times as seldom.
    package var resync: Duration
    /// How long the end of the process may take.
    package var grace: Duration
    /// How long a Lease of a rollout is held without being renewed.
    package var leaseDuration: Duration
    /// How long a silent replica is taken for alive.
    package var memberDuration: Duration
    /// How long Git is left in peace between two questions about one promotion that it does not agree with yet.
    package var gitPause = Duration.seconds(60)

    /// How long an outage of the API may last before the status of idle canaries speaks of it.
    package var unreadPatience = Duration.seconds(60)

    /// How long policies may not be readable before runs whose process is gone are taken over without them: a process that has just
    /// begun would learn in a moment which telemetry it may believe, and whoever may not is rolled back as a rule.
    package var policyPatience = Duration.seconds(60)

    /// For `${VAR}` in files of the operator's own; never for objects.
    package var environment: [String: String]

    /// Canaries beyond this many are not looked after, and that is said.
    package static let mostCanaries = 10_000

    package init(
        version: String,
        identity: String,
        namespaces: Set<String> = [],
        agentNamespace: String,
        data: String,
        specs: String? = nil,
        shards: Bool = true,
        resync: Duration = .seconds(30),
        grace: Duration = .seconds(20),
        leaseDuration: Duration = .seconds(15),
        memberDuration: Duration = .seconds(15),
        environment: [String: String] = [:]
    ) {
        self.version = version
        self.identity = identity
        self.namespaces = namespaces
        self.agentNamespace = agentNamespace
        self.data = data
        self.specs = specs
        self.shards = shards
        self.resync = resync
        self.grace = grace
        self.leaseDuration = leaseDuration
        self.memberDuration = memberDuration
        self.environment = environment
    }

    /// Where the journals of a canary are.
    func journal(of canary: String, in namespace: String) -> String {
        JournalHome(data).folder(namespace: namespace, name: canary)
    }
}
