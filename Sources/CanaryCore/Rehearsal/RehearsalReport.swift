package import CanaryStatistics

/// What a rehearsal showed.
package struct RehearsalReport: Sendable, Hashable {
    /// Rollouts with a canary that was made worse.
    package struct Regressed: Sendable, Hashable {
        package var regression: RehearsedRegression
        package var tally: RehearsalTally

        /// Rolled back, of the finished ones; nil without any.
        package var seen: Double? { tally.share(tally.rolledBack) }
    }

    package let spec: CanarySpec
    package let facts: RehearsalFacts
    package let origin: String
    package let hasClock: Bool
    package let mode: RehearsalMode
    package let seed: UInt64
    /// Placebo rollouts that were asked for; fewer were played if the rehearsal was interrupted.
    package let asked: Int
    package let interruption: String?
    package let placebo: RehearsalTally
    /// Placebos that were rolled back, of the finished rollouts, with the exact 95 % interval.
    package let falseRollbacks: ExactProportion
    package let moments: [FalseRollback]
    /// Those of them that were decided at 100 %, where only before and after are compared and nothing is promised.
    package let bakeRollbacks: Int
    /// Whether any rollout compared anything.
    package let canTell: Bool
    package let regressions: [Regressed]
    package let notes: [String]
    /// How many rollouts with their history the stored time holds side by side.
    package let distinct: Int

    package init(
        _ rehearsal: Rehearsal,
        placebo runs: [RehearsalRun],
        regressed: [(RehearsedRegression, [RehearsalRun])],
        asked: Int,
        interruption: String? = nil
    ) {
        spec = rehearsal.spec
        facts = rehearsal.facts
        origin = rehearsal.history.origin
        hasClock = rehearsal.history.hasClock
        mode = rehearsal.mode
        seed = rehearsal.seed
        self.asked = asked
        self.interruption = interruption
        placebo = RehearsalTally(runs)
        falseRollbacks = ExactProportion(events: placebo.rolledBack, trials: placebo.finished)
        moments = FalseRollback.moments(runs)
        bakeRollbacks = runs.count { $0.ending == .rolledBack && $0.percent >= 100 }
        canTell = runs.contains { $0.judgedWindows > 0 || $0.ending == .rolledBack }
        regressions = regressed.map { Regressed(regression: $0.0, tally: RehearsalTally($0.1)) }
        let length = RehearsalTally.Spread(runs.map { $0.endedAt.since($0.startedAt).inSeconds })?.median ?? 0
        distinct = Self.distinct(rehearsal.history, rolloutSeconds: length)
        notes = rehearsal.history.notes + rehearsal.notes
    }

    /// What the spec promises.
    package var promised: Double { spec.guards.falseRollback }

    /// 0 if the false rollbacks agree with the promise, 2 if they are more, proved; 1 if no rollout came to an end, 3 if none of them
    /// could judge a single window.
    package var exitCode: ExitCode {
        guard placebo.finished > 0 else { return .undecided }
        guard canTell else { return .unknown }
        return falseRollbacks.lower > promised ? .degraded : .healthy
    }

    /// The smallest rehearsed regression of a kind that at least four of five rollouts saw; nil if none was.
    package func smallestSeen(kind: String) -> RehearsedRegression? {
        regressions.first { $0.regression.kind == kind && ($0.seen ?? 0) >= Self.wellSeen }?.regression
    }

    package static let wellSeen = 0.8

    private static func distinct(_ history: RehearsalHistory, rolloutSeconds: Double) -> Int {
        guard rolloutSeconds > 0 else { return 0 }
        return history.segments.reduce(0) { $0 + Int(min(($1.seconds / rolloutSeconds).rounded(.down), 1e6)) }
    }
}
