import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// One verb of an operator on a canary in the cluster: asks its agent, and says what came of it.
struct ClusterAction {
    let verb: CanaryRequest.Verb
    let name: String?
    let reason: String?
    var force = false
    let place: InClusterOptions
    let cluster: ClusterFlags
    let answer: AnswerOptions
    let output: OutputOptions

    func perform() async throws -> CanaryCore.ExitCode {
        let reason =
            verb == .resume
            ? Self.line(self.reason) : try Operator.reason(self.reason, for: verb.rawValue)
        return try await CanaryDesk.open(cluster, agentNamespace: place.agentNamespace) { desk in
            let canary = try place.canary(name, at: desk)
            let author = await desk.author(else: Operator.name)
            let moment = await desk.moment()
            if let warning = moment.warning { Console.talk.write("warning: \(warning)\n") }
            let request = CanaryRequest(
                id: RequestID.make(),
                verb: verb,
                force: force,
                reason: reason,
                by: author.name,
                at: moment.at
            )
            let agents = await desk.agents()
            if agents.isGone, let words = agents.sentence(at: TimeArgument.now) {
                Console.talk.write("warning: \(TextCells.harmless(words))\n")
            }
            let reply = try await desk.ask(request, of: canary, as: author, patience: answer.patience)
            switch reply {
            case .answer(let answer):
                return write(answer, canary, try? await desk.look(canary))
            case .overtaken:
                throw CommandFault(
                    InputFault(
                        "another request took the place of this one before the agent had seen it",
                        hint: "see who asks for what: haldane status \(canary.name) -n \(canary.namespace)"
                    ),
                    .unknown
                )
            case .silence:
                throw CommandFault(
                    InputFault(
                        "no agent has answered in \(Phrase.duration(answer.patience.inSeconds)); nothing is known to be done",
                        cause:
                            "the request stays on \(canary) for \(Phrase.duration(RequestReader.patience(with: verb).inSeconds)), "
                            + "and is done by the first agent that sees it",
                        hint:
                            "is it there? kubectl get pods --all-namespaces -l app.kubernetes.io/name=haldane; without one "
                            + "`haldane sweep -n \(canary.namespace)` goes on with its run, and obeys the request"
                    ),
                    .unknown
                )
            }
        }
    }

    private func write(
        _ answer: CanaryStatus.RequestAnswer,
        _ canary: CanaryKey,
        _ look: CanaryLook?
    ) -> CanaryCore.ExitCode {
        let isDone = answer.result != .refused
        switch output.output {
        case .json:
            var members: [String: JSONValue] = [
                "schema": .string(CommandAnswer.schema),
                "verb": .string(answer.verb),
                "result": .string(answer.result.rawValue),
                "message": .string(answer.message),
                "id": .string(answer.id),
                "by": .string(answer.by),
                "namespace": .string(canary.namespace),
                "canary": .string(canary.name),
            ]
            members["phase"] = (look?.status?.phase.rawValue).map { .string($0) }
            members["run"] = (look?.status?.run?.id).map { .string($0) }
            if let stable = look?.status?.stable?.weight, let other = look?.status?.canary?.weight {
                members["weights"] = .object(["stable": .integer(Int64(stable)), "canary": .integer(Int64(other))])
            }
            Console.output.write(JSONText.bytes(of: .object(members)) + [UInt8(ascii: "\n")])
        case .text:
            let style = isDone ? Console.output.style : Console.talk.style
            let sign =
                switch answer.result {
                case .accepted: style.paint("\(style.symbol(.done)) \(verb.rawValue)", .good)
                case .pending: style.paint("\(style.symbol(.open)) \(verb.rawValue) is on its way", .warning)
                case .refused: style.paint("\(style.symbol(.failed)) \(verb.rawValue) refused", .bad)
                }
            (isDone ? Console.output : Console.talk).write("\(sign) \(canary): \(TextCells.harmless(answer.message))\n")
        }
        return isDone ? .healthy : .unknown
    }

    private static func line(_ text: String?) -> String {
        (text ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}

/// Names of requests.
enum RequestID {
    /// Sixteen random hexadecimal digits.
    static func make() -> String {
        let digits = String(UInt64.random(in: .min ... .max), radix: 16)
        return String(repeating: "0", count: max(16 - digits.count, 0)) + digits
    }
}
