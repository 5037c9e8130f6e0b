import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// How canaries in a cluster stand.
struct ClusterStatus {
    let place: InClusterOptions
    let cluster: ClusterFlags
    let output: OutputOptions

    /// One canary.
    func one(_ name: String) async throws -> CanaryCore.ExitCode {
        try await CanaryDesk.open(cluster) { desk in
            let look = try await desk.stand(place.canary(name, at: desk))
            write(look)
            return look.exitCode
        }
    }

    /// A table of all canaries of the namespace, or of all namespaces.
    func all(everywhere: Bool) async throws -> CanaryCore.ExitCode {
        try await CanaryDesk.open(cluster) { desk in
            let namespace = everywhere ? nil : place.namespace ?? desk.namespace
            let looks = try await desk.list(namespace: namespace)
            let holds = await PolicyHold.list(
                in: namespace,
                client: desk.client,
                agentNamespace: FreezeDesk.agentNamespace,
                at: TimeArgument.now
            )
            let code = Self.worst(looks)
            switch output.output {
            case .json:
                let document: JSONValue = .object([
                    "schema": "haldane.canaries/1",
                    "holds": .array(
                        holds.map { .object(["scope": .string($0.scope.words), "message": .string($0.sentence)]) }
                    ),
                    "canaries": .array(looks.map(\.json)),
                    "exitCode": .integer(Int64(code.code)),
                ])
                Console.output.write(JSONText.bytes(of: document) + [UInt8(ascii: "\n")])
            case .text:
                let width = Console.output.isTerminal ? Console.output.size.columns : nil
                let style = Console.output.style
                for hold in holds.prefix(Self.mostHolds) {
                    let line = "\(style.symbol(.open)) \(TextCells.harmless(hold.sentence))"
                    Console.output.write("\(style.paint(line, .warning))\n")
                }
                if holds.count > Self.mostHolds {
                    Console.output.write("and \(holds.count - Self.mostHolds) more freezes and brakes hold\n")
                }
                Console.output.write(CanaryLook.table(looks, style: Console.output.style, width: width))
                if let hidden = looks.first(where: { $0.care?.isNobody == false && $0.careWords != nil })?.careWords {
                    Console.talk.write("warning: \(TextCells.harmless(hidden))\n")
                }
                if looks.isEmpty {
                    Console.talk.write("no canaries in \(namespace.map { "namespace \($0)" } ?? "any namespace")\n")
                }
            }
            return code
        }
    }

    /// Follows a canary until its run has ended.
    func watch(_ name: String?, isQuiet: Bool) async throws -> CanaryCore.ExitCode {
        try await CanaryDesk.open(cluster) { desk in
            let canary = try place.canary(name, at: desk)
            var said = ""
            var hasRun = false
            let last = try await desk.follow(canary) { look in
                hasRun = hasRun || look.status?.run != nil
                let message =
                    "\(look.status?.phase.rawValue ?? "?"): \(look.message)"
                guard !isQuiet, message != said else { return }
                said = message
                Console.talk.write("\(TimeArgument.now.rfc3339)  \(TextCells.harmless(message))\n")
            }
            write(last)
            // Of a run that nobody looks after there is no outcome.
            return hasRun && last.care?.isNobody != true ? last.outcomeCode : last.exitCode
        }
    }

    private func write(_ look: CanaryLook) {
        switch output.output {
        case .json:
            guard case .object(var members) = look.json else { return }
            members["schema"] = "haldane.canary/1"
            Console.output.write(JSONText.bytes(of: .object(members)) + [UInt8(ascii: "\n")])
        case .text:
            Console.output.write(look.text(style: Console.output.style))
        }
    }

    private static let mostHolds = 8

    /// What is worse wins; a canary that nobody looks after is worse than one that is undecided.
    private static func worst(_ looks: [CanaryLook]) -> CanaryCore.ExitCode {
        let order: [CanaryCore.ExitCode] = [.degraded, .unknown, .undecided]
        return order.first { code in looks.contains { $0.exitCode == code } } ?? .healthy
    }
}
