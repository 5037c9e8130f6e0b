import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryReport
import FoundationEssentials

/// `haldane agent`: many canaries as a service.
struct AgentCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "agent",
        abstract: "Look after many canaries as a service: release after release, unattended.",
        discussion: """
            Canaries are objects of the cluster (canaries.haldane.dev), or with --specs the YAML files of a folder. Everything that
            happens is one line on standard output. SIGTERM hands the rollouts over to another replica and ends within 20 s; a
            second one ends at once. Either way no weight is changed by it.
            """
    )

    @Option(
        name: .long,
        help: "A folder of Canary and CanaryPolicy files in place of objects; changes are noticed within seconds.",
        completion: .directory
    )
    var specs: String?

    @Option(
        name: [.customShort("n"), .long],
        help: "A namespace to look after; may be repeated. (default: all of them)"
    )
    var namespace: [String] = []

    @Option(
        name: .long,
        help:
            "Where the agent itself lives: its replicas' Leases, the cluster's CanaryPolicy. (default: the pod's own namespace, \(FreezeDesk.agentNamespace) outside of one)"
    )
    var agentNamespace: String?

    @Option(name: .long, help: "Where journals are kept, a folder a canary.", completion: .directory)
    var data = "/var/lib/haldane"

    @Option(
        name: .long,
        help: "A name of this process that no other replica has. (default: made up from the host's name)"
    )
    var identity: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Serve a read-only page of all canaries, /metrics, /healthz and /readyz, e.g. at 127.0.0.1:9911.",
            valueName: "address:port"
        )
    )
    var listen: String?

    @Flag(inversion: .prefixedNo, help: "Share the canaries out among the replicas that are alive.")
    var shards = true

    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output, for: .action) {
            let connection = try cluster.options.connection()
            let options = AgentOptions(
                version: Version.number,
                identity: identity ?? HolderIdentity.unique(),
                namespaces: Set(namespace),
                agentNamespace: agentNamespace ?? connection.podNamespace ?? FreezeDesk.agentNamespace,
                data: data,
                specs: specs,
                shards: shards,
                environment: Console.environment
            )
            try prepare(options)
            let log = AgentLog(now: Self.now) { Console.output.write($0 + "\n") }
            let agentConnection = AgentConnection(
                connection: connection,
                namespaces: options.namespaces,
                instance: options.identity
            )
            let board = AgentBoard()
            let agent = AgentService(options: options, connection: agentConnection, log: log, board: board)
            try await serving(board, options) {
                await AgentSignals.run(agent, grace: options.grace) { Console.talk.write("\($0)\n") }
            }
            await agentConnection.cluster.close()
            return .healthy
        }
    }

    /// Runs the agent while a page shows it, if one is asked for.
    private func serving(_ board: AgentBoard, _ options: AgentOptions, _ body: () async -> Void) async throws {
        guard let listen else { return await body() }
        let scope = namespace.isEmpty ? "all namespaces" : namespace.sorted().joined(separator: ", ")
        let site = AgentSite(board, version: options.version, identity: options.identity, scope: scope)
        let server = try await StatusServer(try ListenAddress(listen), site)
        Console.talk.write("status page: \(server.url)\n")
        if !server.address.isLoopback {
            Console.talk.write("warning: everybody who reaches \(server.address) can read the status page\n")
        }
        try await server.serving { await body() }
    }

    /// What would fail at the first rollout fails at the start.
    private func prepare(_ options: AgentOptions) throws {
        if let specs { try AgentFolders.checkSpecs(specs) }
        try AgentFolders.makeData(options.data)
    }

    private static func now() -> Timestamp {
        Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }
}
