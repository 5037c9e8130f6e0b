import CanaryCore
import FoundationEssentials

/// The body of `POST /v1/command`.
struct ControlCommand: Sendable, Hashable, Codable {
    var verb: String
    var reason: String?
    /// Who asks, as in `alice@laptop`.
    var actor: String?

    /// The longest reason and actor, in characters.
    static let mostReason = 1000
    static let mostActor = 200

    /// The command, or why it is none.
    static func decode(_ body: [UInt8]) throws(AgentError) -> Rollout.OperatorCommand {
        guard let command = try? JSONDecoder().decode(ControlCommand.self, from: Data(body)) else {
            throw AgentError("the body is not {\"verb\": …, \"reason\": …, \"actor\": …}")
        }
        guard let verb = Rollout.OperatorCommand.Verb(rawValue: command.verb) else {
            let known = Rollout.OperatorCommand.Verb.allCases.map(\.rawValue).joined(separator: ", ")
            throw AgentError("there is no verb '\(clean(command.verb, 40))'", hint: "known are \(known)")
        }
        let reason = clean(command.reason ?? "", mostReason)
        if verb.needsReason, reason.isEmpty { throw AgentError("\(verb.rawValue) needs a reason") }
        let actor = command.actor.map { clean($0, mostActor) }
        return Rollout.OperatorCommand(
            verb,
            reason: reason.isEmpty ? "no reason given" : reason,
            by: actor.flatMap { $0.isEmpty ? nil : $0 }
        )
    }

    /// One line without what could steer a terminal, and not longer than `most` characters.
    private static func clean(_ text: String, _ most: Int) -> String {
        let scalars = text.unicodeScalars.map { $0.value < 0x20 || (0x7F...0x9F).contains($0.value) ? " " : $0 }
        var line = String(String.UnicodeScalarView(scalars)).split(separator: " ").joined(separator: " ")
        if line.count > most { line = line.prefix(most - 1) + "…" }
        return line
    }
}

extension Rollout.OperatorCommand.Verb {
    /// Whether whoever reads the journal later has to be told why.
    package var needsReason: Bool {
        switch self {
        case .promote, .rollback, .pause, .stop: true
        case .resume: false
        }
    }
}
