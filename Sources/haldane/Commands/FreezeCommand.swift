import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane freeze`: no release begins or steps up in a part of the cluster.
struct FreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract:
            "Let no release begin or step up in a namespace or the cluster, or lift that; rollbacks always go on.",
        discussion: """
            Writes the CanaryPolicy 'default' of the namespace, with --all that of the agent's own namespace, which holds for the \
            whole cluster. --lift also lifts brakes that hold because too many releases were rolled back.

            exit codes: 0 done, or nothing to lift; 3 the cluster did not do it; 64 no reason given.

            examples:
              haldane freeze -n shop --reason 'incident 4711' --until 2h
              haldane freeze --all --reason 'Black Friday' --until 2026-11-30T08:00:00Z
              haldane freeze --all --lift --reason 'all is well'
            """
    )

    @Option(name: .shortAndLong, help: "The namespace to freeze. (default: that of the kubeconfig's context)")
    var namespace: String?

    @Flag(name: .long, help: "The whole cluster.")
    var all = false

    @Option(
        name: .long,
        help:
            "Where the agent is: its policy there is the cluster's. (default: \(FreezeDesk.agentNamespace), or where one is found)"
    )
    var agentNamespace: String?

    @Flag(name: .long, help: "Lift the freeze, and brakes that hold.")
    var lift = false

    @Option(name: .long, help: "Why, for whoever finds a release waiting; required.")
    var reason: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "When it ends by itself: a time with its zone, or how long it lasts; until it is lifted if left out.",
            valueName: "time"
        )
    )
    var until: String?

    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if all, namespace != nil { throw ValidationError("--all and --namespace exclude each other.") }
        if lift, until != nil { throw ValidationError("--lift and --until exclude each other.") }
        if let until, Self.end(until, now: Timestamp(milliseconds: 0)) == nil {
            throw ValidationError(
                "--until '\(until)' is not a time: 2026-11-30T08:00:00Z with a zone, or 2h30m from now."
            )
        }
    }

    func run() async throws {
        try await conclude(output, for: .action) {
            let reason = try Operator.reason(
                self.reason,
                for: lift ? "freeze --lift" : "freeze",
                in: "the CanaryPolicy",
                example: lift ? "all is well" : "incident 4711"
            )
            let now = TimeArgument.now
            let end = until.flatMap { Self.end($0, now: now) }
            if let end, end <= now {
                throw CommandFault(InputFault("--until \(end.wallClock(in: "UTC")) is in the past"), .usage)
            }
            return try await CanaryDesk.open(cluster, agentNamespace: agentNamespace) { desk in
                let homes = await desk.homes()
                guard homes.count == 1 || !all, let agentNamespace = homes.first else {
                    throw CommandFault(
                        InputFault(
                            "there are agents in several namespaces: \(homes.prefix(5).joined(separator: ", "))",
                            hint: "say which one's canaries are meant with --agent-namespace"
                        ),
                        .usage
                    )
                }
                let place = all ? agentNamespace : namespace ?? desk.namespace
                let scope: ScopedPolicy.Scope = place == agentNamespace ? .cluster : .namespace(place)
                let author = await desk.author(else: Operator.name)
                if !author.isKnown, !lift {
                    let text =
                        "the cluster does not tell who you are (SelfSubjectReview): the freeze names nobody as its author"
                    Console.talk.write("warning: \(text)\n")
                }
                let policies = FreezeDesk(
                    client: desk.client,
                    id: RequestID.make(),
                    at: now,
                    agentNamespace: agentNamespace
                )
                let result =
                    lift
                    ? try await policies.lift(
                        place,
                        by: author.name,
                        isByKnown: author.isKnown,
                        reason: reason,
                        scope: scope
                    )
                    : try await policies.freeze(
                        place,
                        // A name that the server does not know is refused by the admission policy.
                        CanaryPolicy.Freeze(reason: reason, until: end, by: author.isKnown ? author.name : nil),
                        scope: scope
                    )
                write(result)
                return .healthy
            }
        }
    }

    private func write(_ result: FreezeDesk.Result) {
        for warning in result.warnings { Console.talk.write("warning: \(TextCells.harmless(warning))\n") }
        switch output.output {
        case .json:
            var members: [String: JSONValue] = [
                "schema": "haldane.freeze/1",
                "namespace": .string(result.namespace),
                "cluster": .bool(all),
                "frozen": .bool(result.freeze != nil),
                "message": .string(result.message),
                "warnings": .array(result.warnings.map { .string($0) }),
            ]
            members["reason"] = (result.freeze?.reason).map { .string($0) }
            members["until"] = (result.freeze?.until).map { .string($0.rfc3339) }
            members["by"] = (result.freeze?.by).map { .string($0) }
            members["liftedBrakes"] = result.liftedBrakes.map { .string($0) }
            Console.output.write(JSONText.bytes(of: .object(members)) + [UInt8(ascii: "\n")])
        case .text:
            let style = Console.output.style
            let sign = style.paint("\(style.symbol(.done)) \(lift ? "lift" : "freeze")", .good)
            Console.output.write("\(sign): \(TextCells.harmless(result.message))\n")
        }
    }

    /// `2h` from now, or a time with its zone.
    private static func end(_ text: String, now: Timestamp) -> Timestamp? {
        if let time = SpecSyntax.duration(text) { return now.advanced(by: time) }
        return Timestamp(iso8601: text)
    }
}
