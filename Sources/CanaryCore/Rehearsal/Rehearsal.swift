import CanaryStatistics
import CanaryTelemetry

/// Placebo rollouts out of the stable version's own history: the engine judges a canary that is as good as stable by construction.
///
/// A pure value: each run is a function of the history, the settings and its number, so that any of them can be played alone, in
/// any order and on any thread.
package struct Rehearsal: Sendable {
    /// As rehearsed: windows as long as those of the history.
    package let spec: CanarySpec
    package let history: RehearsalHistory
    package let facts: RehearsalFacts
    package let mode: RehearsalMode
    package let seed: UInt64
    /// What a reader must know of the settings.
    package let notes: [String]
    /// For each stretch of the history how many windows a rehearsal may begin at, from its first one on.
    private let starts: [Int]

    /// - Parameter pods: how many pods play the canary; nil takes two, or one of three.
    package init(
        spec: CanarySpec,
        history: RehearsalHistory,
        pods: Int? = nil,
        seed: UInt64
    ) throws(RehearsalShortage) {
        let facts = RehearsalFacts(history)
        guard facts.windows > 0 else { throw .empty(history) }
        guard facts.requests > 0 else { throw .silent(history, facts) }
        let (rehearsed, notes) = Self.adapted(spec, to: history)
        self.spec = rehearsed
        self.notes = notes
        self.history = history
        self.facts = facts
        self.seed = seed
        mode = RehearsalMode(
            wanted: pods,
            usual: facts.pods.usual,
            isPerPod: rehearsed.telemetry.reporter == .destination
        )
        starts = history.segments.map { Self.starts(in: $0, rehearsed.pace, steps: rehearsed.steps.count) }
        guard starts.contains(where: { $0 > 0 }) else {
            throw .short(
                longest: history.segments.map(\.seconds).max() ?? 0,
                needed: Self.leastSeconds(rehearsed.pace, steps: rehearsed.steps.count),
                history,
                pace: rehearsed.pace
            )
        }
    }

    /// Plays one rollout. Runs of the same number begin at the same time with the same pods, whatever the regression.
    package func run(_ number: Int, regression: RehearsedRegression? = nil) -> RehearsalRun {
        let lane = UInt64(truncatingIfNeeded: number)
        var choice = SeededStream(seed: seed, lanes: 1, lane)
        let (segment, start) = chooseStart(&choice)
        let traffic = PlaceboTraffic(
            segment: segment,
            startsAt: start,
            mode: mode,
            regression: regression,
            failedShare: facts.failedShare,
            choice: &choice,
            random: SeededStream(seed: seed, lanes: 2, lane)
        )
        let first = segment.windows[start]
        let startedAt = first.at.advanced(by: .seconds(-first.window.seconds))
        var rollout = RehearsedRollout(spec: spec, startedAt: startedAt, traffic: traffic)
        return rollout.play(segment.windows, from: start, number: number)
    }

    /// A start with enough pods for the placebo, if some draws find one.
    private func chooseStart(_ choice: inout SeededStream) -> (RehearsalHistory.Segment, Int) {
        let total = starts.reduce(0, +)
        var found = (history.segments[0], 0)
        for _ in 0..<Self.draws {
            var position = choice.below(total)
            for (segment, count) in zip(history.segments, starts) {
                if position < count {
                    found = (segment, position)
                    break
                }
                position -= count
            }
            guard case .pods = mode else { return found }
            if PlaceboTraffic.live(found.0.windows, from: found.1).count > PlaceboTraffic.leastStable { return found }
        }
        return found
    }

    /// The windows of a stretch that a rehearsal may begin at: those after which the longest rollout has room; in a shorter stretch
    /// the first quarter of what is not needed.
    private static func starts(in segment: RehearsalHistory.Segment, _ pace: Pace, steps: Int) -> Int {
        let least = leastSeconds(pace, steps: steps)
        guard segment.seconds >= least else { return 0 }
        let longest = pace.history.inSeconds + pace.deadline.inSeconds + pace.bake.inSeconds + pace.settle.inSeconds
        let slack = segment.seconds - longest
        let room = slack >= 0 ? slack : (segment.seconds - least) / 4
        let latest = segment.windows.indices.last { segment.seconds - segment.span(from: $0) <= room }
        return (latest ?? 0) + 1
    }

    /// History, the fewest windows of every step, and bake.
    private static func leastSeconds(_ pace: Pace, steps: Int) -> Double {
        let windows = max(pace.history.inSeconds, Double(RolloutRules.leastHistoryWindows) * pace.interval.inSeconds)
        let step = pace.settle.inSeconds + Double(leastStepWindows) * pace.interval.inSeconds
        return windows + Double(max(steps - 1, 1)) * step + pace.bake.inSeconds
    }

    /// The spec with the history's interval, and without what cannot be rehearsed.
    private static func adapted(_ spec: CanarySpec, to history: RehearsalHistory) -> (CanarySpec, [String]) {
        var spec = spec
        var notes: [String] = []
        if history.step > .zero,
            (history.step.inSeconds - spec.pace.interval.inSeconds).magnitude > 0.01 * history.step.inSeconds
        {
            notes.append(
                "the history's windows are \(Phrase.duration(history.step.inSeconds)) long, the spec's interval is "
                    + "\(Phrase.duration(spec.pace.interval.inSeconds)): rehearsed with the former"
            )
        }
        if history.step > .zero { spec.pace.interval = history.step }
        if !spec.objectives.metrics.isEmpty {
            let names = spec.objectives.metrics.map(\.query).joined(separator: ", ")
            notes.append("metrics of your own (\(names)) are not rehearsed: a single pod's share of them is not known")
            spec.objectives.metrics = []
        }
        return (spec, notes)
    }

    private static let draws = 20
    private static let leastStepWindows = 6
}
