import CanaryCore
import CanaryStatistics

/// A moment while the story is told: counts that can still be merged, and what is needed to work out its bands later.
struct MomentDraft: Sendable {
    /// Windows of one moment have this in common.
    struct Key: Sendable, Hashable {
        var phase: JudgingContext.Phase
        /// The weight in force in percent, or the step of a judgement of the past, whose observed share never stands still.
        var place: Double
    }

    /// A verdict's evidence of harm, all metrics together.
    struct Evidence: Sendable {
        var harm: Double
        var harmThreshold: Double?
        var safetyThreshold: Double?
    }

    /// Since the first step, as of the end of the moment.
    struct Comparison: Sendable {
        var stable: EventCount
        var canary: EventCount
        /// As the last verdict said it.
        var range: Finding.Range?
        /// For journals of before verdicts did.
        var sequence: DifferenceSequence?

        func interval() -> ConfidenceInterval? {
            if let range, range.low.isFinite, range.high.isFinite {
                return ConfidenceInterval(lower: range.low, upper: range.high)
            }
            return sequence?.interval()
        }
    }

    var key: Key
    var from: Double
    var at: Double
    var seconds: Double
    var windows = 1
    var unusable: Int
    var percent: Double
    var stable: StoryMoment.Counts
    var canary: StoryMoment.Counts
    var comparison: Comparison?
    var verdict: Verdict.Kind?
    var evidence: Evidence?
    /// By number of track.
    var values: [EvidenceTrack.Value?] = []
    var stableLatency: [Double] = []
    var canaryLatency: [Double] = []

    /// Takes in the moment behind this one.
    mutating func merge(_ later: MomentDraft) {
        key = later.key
        at = later.at
        seconds += later.seconds
        windows = windows &+ later.windows
        unusable = unusable &+ later.unusable
        percent = later.percent
        stable.add(later.stable)
        canary.add(later.canary)
        comparison = later.comparison ?? comparison
        verdict = later.verdict ?? verdict
        evidence = later.evidence ?? evidence
        Self.merge(&values, later.values)
        Self.add(later.stableLatency, to: &stableLatency)
        Self.add(later.canaryLatency, to: &canaryLatency)
    }

    private static func merge(_ values: inout [EvidenceTrack.Value?], _ later: [EvidenceTrack.Value?]) {
        for (index, value) in later.enumerated() {
            if index >= values.count {
                values.append(value)
            } else if let value {
                values[index] = value
            }
        }
    }

    private static func add(_ counts: [Double], to sum: inout [Double]) {
        guard sum.count == counts.count else {
            if sum.isEmpty { sum = counts }
            return
        }
        for index in counts.indices { sum[index] += counts[index] }
    }

    /// The moment, with its bands worked out.
    func moment(_ grid: LatencyGrid) -> StoryMoment {
        StoryMoment(
            from: from,
            at: at,
            seconds: seconds,
            windows: windows,
            unusable: unusable,
            phase: key.phase,
            intendedPercent: percent,
            stable: stable,
            canary: canary,
            stableShare: comparison.flatMap { Self.band($0.stable) },
            canaryShare: comparison.flatMap { Self.band($0.canary) },
            difference: comparison?.interval(),
            verdict: verdict,
            harm: evidence?.harm,
            harmThreshold: evidence?.harmThreshold,
            safetyThreshold: evidence?.safetyThreshold,
            stableLatency: grid.bands(stableLatency),
            canaryLatency: grid.bands(canaryLatency)
        )
    }

    private static func band(_ count: EventCount) -> StoryMoment.RateBand? {
        // Beyond this a counter is broken, and a sequence has nothing to say of it.
        guard let share = count.share, share.isFinite, count.n < 1e15 else { return nil }
        return StoryMoment.RateBand(
            share: min(max(share, 0), 1),
            band: BetaBinomial.interval(successes: count.x, trials: count.n, alpha: 0.05)
        )
    }
}

extension StoryMoment.Counts {
    /// Pods are not added up: they are the same ones.
    mutating func add(_ other: StoryMoment.Counts) {
        requests = requests &+ other.requests
        failures = failures &+ other.failures
        aborts = aborts &+ other.aborts
        pods = max(pods, other.pods)
    }
}
