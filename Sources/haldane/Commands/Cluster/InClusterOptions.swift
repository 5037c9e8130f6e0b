import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// Whether a verb is about a run of this machine, or about a Canary in a cluster that the agent looks after.
struct InClusterOptions: ParsableArguments {
    @Flag(
        name: .customLong("cluster"),
        help: "About the Canary object of that name in a cluster, through the agent there; --namespace says it as well."
    )
    var isInCluster = false

    @Option(
        name: .shortAndLong,
        help: "The Canary's namespace. (default, with --cluster: that of the kubeconfig's context)"
    )
    var namespace: String?

    @Option(
        name: .long,
        help: "In a cluster: where the agent is. (default: \(FreezeDesk.agentNamespace), or where one is found)"
    )
    var agentNamespace: String?

    var isMeant: Bool { isInCluster || namespace != nil }

    /// The canary of a name: `reviews`, or `shop/reviews` where the namespace is not said otherwise.
    func canary(_ name: String?, at desk: CanaryDesk) throws(CommandFault) -> CanaryKey {
        guard let name, !name.isEmpty else {
            throw CommandFault(
                InputFault(
                    "a Canary's name is missing",
                    hint: "`haldane status --cluster` lists those of the namespace"
                ),
                .usage
            )
        }
        let parts = name.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let key =
            parts.count == 2 && namespace == nil
            ? CanaryKey(namespace: parts[0], name: parts[1])
            : CanaryKey(namespace: namespace ?? desk.namespace, name: name)
        guard Self.isName(key.name), Self.isName(key.namespace) else {
            throw CommandFault(
                InputFault(
                    "'\(TextCells.harmless(name))' is not the name of a Canary",
                    hint: "in a cluster canaries are named as in `kubectl get canaries`, not by a file"
                ),
                .usage
            )
        }
        return key
    }

    private static func isName(_ text: String) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D || $0 == 0x2E
            }
    }
}

/// How long an operator waits for the agent.
struct AnswerOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("In a cluster: how long to wait for the agent's answer.", valueName: "duration")
    )
    var timeout = "30s"

    func validate() throws {
        guard let time = SpecSyntax.duration(timeout), time > .zero, time <= .seconds(3600) else {
            throw ValidationError("--timeout must be a duration from 1s to 1h, not '\(timeout)'.")
        }
    }

    var patience: Duration { SpecSyntax.duration(timeout) ?? .seconds(30) }
}

extension CanaryDesk {
    /// Opens a desk at the cluster of the flags, for the time of a body.
    static func open<T>(
        _ cluster: ClusterFlags,
        agentNamespace: String? = nil,
        _ body: (CanaryDesk) async throws -> T
    ) async throws -> T {
        try await open(cluster.options, agentNamespace: agentNamespace, now: { TimeArgument.now }, body)
    }
}
