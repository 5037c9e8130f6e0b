package import CanaryCore

/// What came of an operator's command: `haldane.command/1`.
package struct CommandAnswer: Sendable, Hashable, Codable {
    package static let schema = "haldane.command/1"

    /// What came of a command.
    package enum Result: String, Sendable, Hashable, Codable {
        /// Written down and acted upon.
        case accepted
        /// Nothing was done; the message says why.
        case refused
        /// The run has not taken it up yet, and will.
        case pending
    }

    package var schema: String
    package var verb: String
    package var result: Result
    /// The run's phase after the command; nil if no run is known.
    package var phase: String?
    package var run: String?
    /// Weights in force after the command, named by the run's roles.
    package var weights: RouteWeights?
    package var message: String

    package init(
        _ result: Result,
        _ command: Rollout.OperatorCommand,
        _ message: String,
        _ header: RunHeader?,
        _ rollout: Rollout?
    ) {
        schema = Self.schema
        verb = command.verb.rawValue
        self.result = result
        phase = rollout?.phase.word
        run = header?.run
        weights = rollout?.route?.weights
        self.message = message
    }

    /// Says what a command has done, from the run before and after it.
    ///
    /// - Parameter told: the last notice that the command gave rise to.
    init(
        _ command: Rollout.OperatorCommand,
        _ header: RunHeader,
        before: Rollout,
        after: Rollout,
        told: Notice?
    ) {
        let weights = after.route.map { "\($0.weights.stable)/\($0.weights.canary)" } ?? "unknown"
        let names = "\(weights) (\(header.stable.label)/\(header.canary.label))"
        var result = Result.accepted
        var message: String
        switch command.verb {
        case .pause:
            message =
                "paused at \(names): nothing is promoted until `haldane resume`; a regression is still rolled back"
        case .resume:
            let since = before.pause.map { ", paused by \($0.by ?? "the operator")" } ?? ""
            message = "resumed at \(names)\(since)"
        case .stop:
            message = "stopped; weights stay at \(names)"
        case .rollback:
            message = Self.rollback(after, names, told)
        case .promote:
            if after.phase == before.phase {
                result = .refused
                message = told?.reason.text ?? "nothing was promoted"
            } else {
                message = Self.promotion(after, names, told)
            }
        }
        self.init(result, command, message, header, after)
    }

    private static func rollback(_ after: Rollout, _ names: String, _ told: Notice?) -> String {
        switch after.phase {
        case .emptying:
            return "rolled back to \(names); the run goes on until telemetry proves that no request reaches the canary"
        case .rollingBack(let state):
            let failure = state.lastFailure.map { ": \($0)" } ?? ""
            return "rolling back; the weights are not written yet and the write is repeated\(failure)"
        case .finished(let outcome):
            return "\(outcome.words), at \(names): \(outcome.reason.text)"
        default:
            return told?.reason.text ?? "the run takes everything back to stable; weights are \(names)"
        }
    }

    private static func promotion(_ after: Rollout, _ names: String, _ told: Notice?) -> String {
        let count = after.rules.steps.count
        switch after.phase {
        case .analyzing(let state), .baking(let state):
            return "promoted to step \(state.step + 1) of \(count); weights are \(names)"
        case .stepping(let step, _):
            return "step \(step + 1) of \(count) is being written; weights are \(names)"
        case .finished(let outcome):
            return "\(outcome.words), at \(names): \(outcome.reason.text)"
        default:
            return told?.reason.text ?? "weights are \(names)"
        }
    }
}
