/// How one rehearsed rollout ended.
package struct RehearsalRun: Sendable, Hashable {
    package enum Ending: Sendable, Hashable {
        case promoted
        /// By evidence: the verdict was degraded.
        case rolledBack
        /// Held, or rolled back because the spec says so without evidence, as at a deadline: with the bounded word for it.
        case undecided(String)
        /// The history ended before the rollout did.
        case historyEnded
    }

    /// Its number in the rehearsal, from 0.
    package var number: Int
    package var ending: Ending
    /// Why, with the numbers.
    package var reason: Reason
    /// What the last comparison still missed; nil if there was none.
    package var open: Reason?
    package var missingRequests: Int?
    /// The start of its first window, the first change of weight if there was one, and the end of its last window.
    package var startedAt: Timestamp
    package var firstChangeAt: Timestamp?
    package var endedAt: Timestamp
    /// The weight in force at the end, in percent.
    package var percent: Double
    package var canaryRequests: Int
    package var canaryFailures: Int
    package var judgedWindows: Int
    /// The pods that played the canary; empty where there are none to choose from.
    package var pods: [String]

    /// From the first change of weight to the end; nil if none was changed.
    package var seconds: Double? { firstChangeAt.map { endedAt.since($0).inSeconds } }

    /// Whether it came to an end of its own.
    package var isFinished: Bool { ending != .historyEnded }

    package init(
        number: Int,
        ending: Ending,
        reason: Reason,
        open: Reason? = nil,
        missingRequests: Int? = nil,
        startedAt: Timestamp,
        firstChangeAt: Timestamp?,
        endedAt: Timestamp,
        percent: Double,
        canaryRequests: Int,
        canaryFailures: Int,
        judgedWindows: Int,
        pods: [String]
    ) {
        self.number = number
        self.ending = ending
        self.reason = reason
        self.open = open
        self.missingRequests = missingRequests
        self.startedAt = startedAt
        self.firstChangeAt = firstChangeAt
        self.endedAt = endedAt
        self.percent = percent
        self.canaryRequests = canaryRequests
        self.canaryFailures = canaryFailures
        self.judgedWindows = judgedWindows
        self.pods = pods
    }
}
