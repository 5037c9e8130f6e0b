/// How a run ended.
package enum Outcome: Sendable, Hashable, Codable {
    case promoted(Reason)
    case rolledBack(Reason, Emptiness)
    case held(Hold, Reason)
    case stopped(Reason)
    /// Nothing was written.
    case refused(Reason)
    /// Only looked at: what a judgement of the past found.
    case judged(Verdict.Kind, Reason)

    /// Whether the canary is known to get no requests after a rollback.
    package enum Emptiness: Sendable, Hashable, Codable {
        /// Telemetry proved that its request rate is zero.
        case proved
        /// Requests still reach it, or nothing could be proved; with the callers or the cause.
        case incomplete(String)
    }

    /// Why nothing more was done.
    package enum Hold: String, Sendable, Hashable, Codable {
        case deadline
        case contested
        case weightNotEffective
        case capacity
        case telemetryLost
        case journalLost
        /// The route cannot be read or written any more.
        case routeLost
    }

    /// `promoted`, `rolledBack`, `held`, `stopped`, `refused`, or the verdict of a judgement.
    package var word: String {
        switch self {
        case .promoted: "promoted"
        case .rolledBack: "rolledBack"
        case .held: "held"
        case .stopped: "stopped"
        case .refused: "refused"
        case .judged(let kind, _): kind.rawValue
        }
    }

    /// The word with its qualifier, as in `held(deadline)` or `rolledBack(incomplete)`.
    package var qualifiedWord: String {
        switch self {
        case .promoted, .stopped, .judged: word
        case .rolledBack(_, .proved): word
        case .rolledBack(_, .incomplete): "rolledBack(incomplete)"
        case .held(let hold, _): "held(\(hold.rawValue))"
        case .refused(let reason): "refused(\(reason.label))"
        }
    }

    package var reason: Reason {
        switch self {
        case .promoted(let reason), .rolledBack(let reason, _), .held(_, let reason), .stopped(let reason),
            .refused(let reason), .judged(_, let reason):
            reason
        }
    }

    package var exitCode: ExitCode {
        switch self {
        case .promoted: .healthy
        case .rolledBack: .degraded
        case .held, .stopped: .undecided
        case .refused: .unknown
        case .judged(let kind, _): kind.exitCode
        }
    }
}
