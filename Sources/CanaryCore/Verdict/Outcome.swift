/// How a run ended.
package enum Outcome: Sendable, Hashable, Codable {
    /// `unsettled` says what is still to be done until Git agrees with the cluster; nil if nothing is.
    case promoted(Reason, unsettled: Reason? = nil)
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
        /// The process that ran it is gone and its evidence with it: weights are as they were found.
        case orphaned
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

    /// The word with its qualifier, as in `held(deadline)`, `rolledBack(incomplete)` or `promoted(unsettled)`.
    package var qualifiedWord: String {
        switch self {
        case .promoted(_, unsettled: .some): "promoted(unsettled)"
        case .promoted, .stopped, .judged: word
        case .rolledBack(_, .proved): word
        case .rolledBack(_, .incomplete): "rolledBack(incomplete)"
        case .held(let hold, _): "held(\(hold.rawValue))"
        case .refused(let reason): "refused(\(reason.label))"
        }
    }

    package var reason: Reason {
        switch self {
        case .promoted(let reason, _), .rolledBack(let reason, _), .held(_, let reason), .stopped(let reason),
            .refused(let reason), .judged(_, let reason):
            reason
        }
    }

    /// What is still to be done until Git agrees with a promotion; nil if nothing is.
    package var unsettled: Reason? {
        if case .promoted(_, let unsettled) = self { unsettled } else { nil }
    }

    /// Why, and what is still to be done until Git agrees with a promotion.
    package var text: String { unsettled.map { "\(reason.text); \($0.text)" } ?? reason.text }

    /// What others are told of it: a promotion that Git does not agree with is more than a word.
    package var notice: Notice {
        Notice(unsettled == nil ? .info : .warning, Reason(unsettled?.label ?? reason.label, text))
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
