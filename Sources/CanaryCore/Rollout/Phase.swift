extension Rollout {
    /// Where a run is.
    package enum Phase: Sendable, Hashable, Codable {
        /// The route has not been read yet.
        case starting
        /// Stable is watched at unchanged weights; the run will begin at the step with this index.
        case watching(firstStep: Int, since: Timestamp)
        /// A write to this step was asked for and is not answered yet; `attempts` counts conflicts.
        case stepping(to: Int, attempts: Int)
        case analyzing(StepState)
        /// At 100 %, rollback still armed.
        case baking(StepState)
        /// A write to all-stable was asked for and is not answered yet, or is retried.
        case rollingBack(RollbackState)
        /// The rollback is written; waiting for the proof that no request reaches the canary.
        case emptying(RollbackState)
        case finished(Outcome)

        /// A bounded word for output.
        package var word: String {
            switch self {
            case .starting: "starting"
            case .watching: "watching"
            case .stepping: "stepping"
            case .analyzing: "analyzing"
            case .baking: "baking"
            case .rollingBack: "rollingBack"
            case .emptying: "emptying"
            case .finished: "finished"
            }
        }
    }

    /// One weight in force.
    package struct StepState: Sendable, Hashable, Codable {
        /// Index into the steps.
        package var step: Int
        package var percent: Double
        package var appliedAt: Timestamp
        /// Windows that ended since the weight was applied.
        package var windows = 0
        package var split: SplitProof
        /// Canary requests expected since the last one was seen, counted after settle.
        package var silentExpected = 0.0
        package var contradictedSince: Timestamp?
        /// Seconds of windows with a verdict other than unknown, and of the unknown ones since the last of those.
        package var judgedSeconds = 0.0
        package var unknownSeconds = 0.0

        package init(step: Int, percent: Double, appliedAt: Timestamp, split: SplitProof) {
            self.step = step
            self.percent = percent
            self.appliedAt = appliedAt
            self.split = split
        }
    }

    /// A step that was asked for, and when.
    struct AskedStep: Sendable, Hashable, Codable {
        var step: Int
        var at: Timestamp
    }

    /// A rollback on its way.
    package struct RollbackState: Sendable, Hashable, Codable {
        package var reason: Reason
        package var since: Timestamp
        /// The canary's share before, in percent: as written, or as observed where comparability is assumed.
        package var fromPercent: Double
        /// The canary's share to write; above 0 while stable's pods cannot take everything.
        package var targetPercent = 0.0
        /// Whether the target is written, or nothing fits yet, and more pods are waited for.
        package var isWaitingForPods = false
        /// Writes that failed, since when, and writes that met another writer.
        package var failures = 0
        package var failingSince: Timestamp?
        package var conflicts = 0
        package var rewrites = 0
        package var lastFailure: String?
        package var retryAt: Timestamp?
        package var writtenAt: Timestamp?
        /// Consecutive windows without canary requests since then, and stable's requests in them.
        package var emptyWindows = 0
        package var emptyRequests = 0.0
        /// Who reached the canary in the last window that was not empty.
        package var callers: [String] = []
        package var lastCanaryRequests = 0

        package init(reason: Reason, since: Timestamp, fromPercent: Double) {
            self.reason = reason
            self.since = since
            self.fromPercent = fromPercent
        }

        var plan: WeightPlan { WeightPlan(canaryPercent: targetPercent, purpose: .rollback) }

        /// A rollback never raises the weight, whoever lowered it.
        func limited(to snapshot: RouteSnapshot) -> RollbackState {
            var state = self
            state.targetPercent = min(targetPercent, max(snapshot.weights.canaryPercent, 0))
            return state
        }
    }
}
