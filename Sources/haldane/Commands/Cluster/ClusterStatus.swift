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
        try await CanaryDesk.open(cluster, agentNamespace: place.agentNamespace) { desk in
            let look = try await desk.stand(place.canary(name, at: desk))
            write(look, holds: await holds(in: look.key.namespace, desk))
            return look.exitCode
        }
    }

    /// A table of all canaries of the namespace, or of all namespaces.
    func all(everywhere: Bool) async throws -> CanaryCore.ExitCode {
        try await CanaryDesk.open(cluster, agentNamespace: place.agentNamespace) { desk in
            let namespace = everywhere ? nil : place.namespace ?? desk.namespace
            let looks = try await desk.list(namespace: namespace)
            let holds = await holds(in: namespace, desk)
            let code = Self.worst(looks)
            switch output.output {
            case .json:
                let document: JSONValue = .object([
                    "schema": "haldane.canaries/1",
                    "holds": Self.json(holds),
                    "canaries": .array(looks.map(\.json)),
                    "exitCode": .integer(Int64(code.code)),
                ])
                Console.output.write(JSONText.bytes(of: document) + [UInt8(ascii: "\n")])
            case .text:
                let width = Console.output.isTerminal ? Console.output.size.columns : nil
                if let look = looks.first(where: { $0.agents?.isGone == true }),
                    let words = look.agents?.sentence(at: look.seenAt)
                {
                    let style = Console.output.style
                    let line = "\(style.symbol(.unknown)) \(TextCells.harmless(words)); below is what was said last"
                    Console.output.write("\(style.paint(line, .bad))\n")
                }
                Console.output.write(Self.words(holds))
                Console.output.write(CanaryLook.table(looks, style: Console.output.style, width: width))
                if let hidden = looks.first(where: { $0.care?.isNobody == false && $0.careWords != nil })?.careWords {
                    Console.talk.write("warning: \(TextCells.harmless(hidden))\n")
                } else if let look = looks.first(where: { $0.agents?.isGone == false && $0.agentWords != nil }) {
                    Console.talk.write("warning: \(TextCells.harmless(look.agentWords ?? ""))\n")
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
        try await CanaryDesk.open(cluster, agentNamespace: place.agentNamespace) { desk in
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
            write(last, holds: [])
            // Of a run that nobody looks after there is no outcome.
            return hasRun && last.care?.isNobody != true ? last.outcomeCode : last.exitCode
        }
    }

    /// What holds releases back there: freezes, and brakes.
    private func holds(in namespace: String?, _ desk: CanaryDesk) async -> [PolicyHold] {
        await PolicyHold.list(
            in: namespace,
            client: desk.client,
            agentNamespace: await desk.homes()[0],
            at: TimeArgument.now
        )
    }

    /// A line each, with their newlines.
    private static func words(_ holds: [PolicyHold]) -> String {
        let style = Console.output.style
        let lines = holds.prefix(mostHolds).map { hold in
            style.paint("\(style.symbol(.open)) \(TextCells.harmless(hold.sentence))", .warning) + "\n"
        }
        let more = holds.count - lines.count
        return lines.joined() + (more > 0 ? "and \(more) more freezes and brakes hold\n" : "")
    }

    private func write(_ look: CanaryLook, holds: [PolicyHold]) {
        switch output.output {
        case .json:
            guard case .object(var members) = look.json else { return }
            members["schema"] = "haldane.canary/1"
            if !holds.isEmpty { members["holds"] = Self.json(holds) }
            Console.output.write(JSONText.bytes(of: .object(members)) + [UInt8(ascii: "\n")])
        case .text:
            Console.output.write(Self.words(holds) + look.text(style: Console.output.style))
        }
    }

    private static func json(_ holds: [PolicyHold]) -> JSONValue {
        .array(holds.map { .object(["scope": .string($0.scope.words), "message": .string($0.sentence)]) })
    }

    private static let mostHolds = 8

    /// What is worse wins; a canary that nobody looks after is worse than one that is undecided.
    private static func worst(_ looks: [CanaryLook]) -> CanaryCore.ExitCode {
        let order: [CanaryCore.ExitCode] = [.degraded, .unknown, .undecided]
        return order.first { code in looks.contains { $0.exitCode == code } } ?? .healthy
    }
}
