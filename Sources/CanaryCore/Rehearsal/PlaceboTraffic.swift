package import CanaryStatistics
package import CanaryTelemetry

/// Turns windows of history into windows of a rollout at given weights: some of the requests are called the canary's.
///
/// With pods, the placebo pods keep their own counts and their own bad moments; they are thinned at random to the weight, or the
/// others are where the placebo pods have too few. What a response was plays no part in that, so the placebo is as good as stable
/// by construction: every difference is chance or a single pod's trouble.
package struct PlaceboTraffic {
    private let segment: RehearsalHistory.Segment
    private let mode: RehearsalMode
    private let regression: RehearsedRegression?
    /// The chance with which a response that is no failure becomes one.
    private let failing: Double
    private let startsAt: Int
    private var random: SeededStream
    private var shift: LatencyShift?
    /// The pods that play the canary now, and all that ever did.
    package private(set) var placebos: [String] = []
    package private(set) var allPlacebos: [String] = []

    package init(
        segment: RehearsalHistory.Segment,
        startsAt: Int,
        mode: RehearsalMode,
        regression: RehearsedRegression?,
        failedShare: Double,
        choice: inout SeededStream,
        random: SeededStream
    ) {
        self.segment = segment
        self.mode = mode
        self.regression = regression
        self.startsAt = startsAt
        self.random = random
        failing =
            switch regression {
            case .errors(let share): min(max(share / max(1 - failedShare, 1e-9), 0), 1)
            case .dead: 1
            case .latency, nil: 0
            }
        guard case .pods(let wanted) = mode else { return }
        let live = Self.live(segment.windows, from: startsAt)
        placebos = choice.choose(min(wanted, live.count - Self.leastStable), of: live)
        allPlacebos = placebos
    }

    /// The window at a weight of the canary in percent; nil once nobody can play the canary any more.
    package mutating func window(at index: Int, percent: Double) -> Window? {
        guard segment.windows.indices.contains(index) else { return nil }
        let source = segment.windows[index].window
        switch mode {
        case .totals:
            return totals(of: source, share: percent / 100)
        case .pods(let wanted):
            if source.quality.unusable == nil { replaceGone(at: index, source, wanted: wanted) }
            guard !placebos.isEmpty else { return nil }
            return split(source, share: percent / 100)
        }
    }

    private mutating func split(_ source: Window, share: Double) -> Window {
        let chosen = Set(placebos)
        var stable = source.stable.filter { !chosen.contains($0.pod) }
        var canary = source.stable.filter { chosen.contains($0.pod) }
        let stableTotal = stable.reduce(0.0) { $0 + Double($1.total) }
        let canaryTotal = canary.reduce(0.0) { $0 + Double($1.total) }
        if share <= 0 {
            canary = []
        } else if share >= 1 {
            for position in stable.indices { stable[position] = stable[position].thinned(to: 0, &random) }
        } else if canaryTotal > 0 {
            let wanted = share / (1 - share) * stableTotal
            if wanted <= canaryTotal {
                thin(&canary, to: wanted / canaryTotal)
            } else {
                thin(&stable, to: canaryTotal * (1 - share) / share / stableTotal)
            }
        }
        var quality = source.quality
        quality.faults = quality.faults.map { fault in
            var fault = fault
            fault.side = chosen.contains(fault.pod) && share > 0 ? .canary : .stable
            return fault
        }
        return window(source, stable, worsened(canary, source.bounds), quality)
    }

    private mutating func totals(of source: Window, share: Double) -> Window {
        guard share > 0 else { return source }
        var canary = source.stable
        thin(&canary, to: share)
        let stable = zip(source.stable, canary).map { $0.without($1) }
        var quality = source.quality
        for position in canary.indices {
            let name = canary[position].pod + Self.placeboSuffix
            if source.quality.restarts.contains(canary[position].pod) { quality.restarts.append(name) }
            canary[position].pod = name
        }
        return window(source, stable, worsened(canary, source.bounds), quality)
    }

    private func window(
        _ source: Window,
        _ stable: [PodWindow],
        _ canary: [PodWindow],
        _ quality: WindowQuality
    ) -> Window {
        Window(seconds: source.seconds, bounds: source.bounds, stable: stable, canary: canary, quality: quality)
    }

    private mutating func thin(_ pods: inout [PodWindow], to probability: Double) {
        for position in pods.indices { pods[position] = pods[position].thinned(to: probability, &random) }
    }

    private mutating func worsened(_ pods: [PodWindow], _ bounds: LatencyBounds) -> [PodWindow] {
        guard let regression else { return pods }
        return pods.map { pod in
            guard case .latency(let factor) = regression else { return pod.failing(failing, &random) }
            let shift =
                self.shift.flatMap { $0.bounds == bounds ? $0 : nil } ?? LatencyShift(bounds: bounds, factor: factor)
            self.shift = shift
            var slower = pod
            slower.latency = shift.apply(pod.latency, &random)
            return slower
        }
    }

    /// Pods that are gone for good are replaced, if possible by such as came after the start: a deploy or an autoscaler would do so.
    private mutating func replaceGone(at index: Int, _ source: Window, wanted: Int) {
        placebos.removeAll { (segment.lives[$0]?.upperBound ?? -1) < index }
        guard placebos.count < wanted else { return }
        let others = source.stable.filter { $0.total > 0 && !placebos.contains($0.pod) }.map(\.pod)
        let newcomers = others.filter { (segment.lives[$0]?.lowerBound ?? 0) > startsAt }
        // Never so many that fewer than two stay; an early loss of one of two placebos is not mended by old pods.
        let pool = newcomers.isEmpty && !placebos.isEmpty ? [] : newcomers.isEmpty ? others : newcomers
        let room = min(wanted - placebos.count, others.count - Self.leastStable)
        guard room > 0 else { return }
        let taken = random.choose(room, of: pool)
        placebos += taken
        allPlacebos += taken
    }

    /// Pods with requests in the first usable window from an index on.
    static func live(_ windows: [TimedWindow], from index: Int) -> [String] {
        for timed in windows.dropFirst(index).prefix(60) where timed.window.quality.unusable == nil {
            let names = timed.window.stable.filter { $0.total > 0 }.map(\.pod)
            if !names.isEmpty { return names }
        }
        return []
    }

    static let leastStable = 2
    private static let placeboSuffix = " (placebo)"
}
