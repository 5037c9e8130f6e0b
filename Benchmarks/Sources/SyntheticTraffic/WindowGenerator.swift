package import CanaryTelemetry

/// Windows of both versions, drawn as counts.
///
/// Arrivals are a Poisson process that is divided at random between versions, pods and kinds of answers. The parts of
/// such a process are independent Poisson processes, so each count is drawn by itself: exact, and independent of the
/// number of requests. Histograms lag behind the counters by a time of 0 to 5 s that belongs to the pod, as in Envoy,
/// which merges them every 5 s.
package struct WindowGenerator: Sendable {
    /// Requests of the canary that failed so far.
    package private(set) var canaryFailures = 0

    private let profile: TrafficProfile
    private let story: Story
    private let shares: (stable: Pair, canary: Pair)
    private var random: RandomStream
    private var stable: [Pod]
    private var canary: [Pod]
    private var now = 0.0
    private var outage: Range<Double>?

    /// Answers outside of and within an episode.
    private struct Pair: Sendable {
        let usual: ResponseShares
        let suffering: ResponseShares
    }

    private struct Pod: Sendable {
        let name: String
        /// Seconds by which the histograms are behind the counters.
        let lag: Double
        var episode: Range<Double>
        /// Latencies that are counted and not shown yet.
        var hidden = [Int](repeating: 0, count: LatencyBounds.istio.bucketCount)
        var hasServed = false
    }

    package init(profile: TrafficProfile, story: Story, seed: UInt64) {
        self.profile = profile
        self.story = story
        var random = RandomStream(seed: seed)
        let errors: Double
        if case .podBursts(let share) = story.surroundings { errors = share } else { errors = 0.20 }
        func pair(_ condition: Condition) -> Pair {
            let worse = condition.suffering(errors: errors, slowdown: 3)
            return Pair(
                usual: ResponseShares(condition, baseErrors: profile.baseErrors),
                suffering: ResponseShares(worse, baseErrors: profile.baseErrors)
            )
        }
        shares = (pair(Condition()), pair(story.canary))
        func pods(_ count: Int, _ prefix: String) -> [Pod] {
            (0..<count).map { position in
                let lag = 5 * random.uniform()
                return Pod(name: "\(prefix)-\(position)", lag: lag, episode: Self.episode(after: 0, &random))
            }
        }
        stable = pods(profile.stablePods, "s")
        canary = pods(profile.canaryPods, "c")
        self.random = random
    }

    /// The next window, in which the rule sends this share (0...1) of the requests to the canary.
    package mutating func next(canaryShare: Double) -> Window {
        let seconds = Double(profile.intervalSeconds)
        let window = now..<now + seconds
        now = window.upperBound
        if outage == nil, story.surroundings == .sharedOutage, canaryShare > 0 {
            let start = window.lowerBound + 180
            outage = start..<start + 120 + 60 * random.uniform()
        }
        let stableRate = profile.requestsPerSecond * (1 - canaryShare) / Double(stable.count)
        let canaryRate = profile.requestsPerSecond * canaryShare / Double(canary.count)
        let stableWindows = serve(\.stable, shares.stable, rate: stableRate, window)
        let canaryWindows = serve(\.canary, shares.canary, rate: canaryRate, window)
        canaryFailures += canaryWindows.reduce(0) { $0 + $1.failures }
        // A pod without any series yet is not known to be one of the canary's.
        let known = zip(canary, canaryWindows).filter { $0.0.hasServed }.map { $0.1 }
        return Window(seconds: seconds, stable: stableWindows, canary: known)
    }

    private mutating func serve(
        _ side: WritableKeyPath<WindowGenerator, [Pod]>,
        _ pair: Pair,
        rate: Double,
        _ window: Range<Double>
    ) -> [PodWindow] {
        var pods: [Pod] = []
        swap(&pods, &self[keyPath: side])
        let windows = pods.indices.map { serve(&pods[$0], pair, rate: rate, window) }
        swap(&pods, &self[keyPath: side])
        return windows
    }

    private mutating func serve(_ pod: inout Pod, _ pair: Pair, rate: Double, _ window: Range<Double>) -> PodWindow {
        let flush = max(window.upperBound - pod.lag, window.lowerBound)
        let (failed, early) = answers(&pod, pair, rate: rate, window.lowerBound..<flush)
        let (failedLate, late) = answers(&pod, pair, rate: rate, flush..<window.upperBound)
        let latency = zip(pod.hidden, early).map { $0 + $1 }
        pod.hidden = late
        let succeeded = early.reduce(0, +) + late.reduce(0, +)
        let failures = failed + failedLate
        if succeeded + failures > 0 { pod.hasServed = true }
        return PodWindow(
            pod: pod.name,
            requests: [
                ResponseCount(key: Self.success, count: succeeded), ResponseCount(key: Self.failure, count: failures),
            ],
            latency: latency
        )
    }

    private mutating func answers(
        _ pod: inout Pod,
        _ pair: Pair,
        rate: Double,
        _ time: Range<Double>
    ) -> (failed: Int, buckets: [Int]) {
        var suffered = 0.0
        switch story.surroundings {
        case .calm:
            break
        case .sharedOutage:
            if let outage { suffered = Self.overlap(outage, time) }
        case .podBursts:
            suffered = Self.overlap(pod.episode, time)
            while pod.episode.upperBound <= time.upperBound {
                pod.episode = Self.episode(after: pod.episode.upperBound, &random)
                suffered += Self.overlap(pod.episode, time)
            }
        }
        let usual = rate * (time.upperBound - time.lowerBound - suffered)
        let bad = rate * suffered
        guard usual + bad > 0 else { return (0, [Int](repeating: 0, count: pod.hidden.count)) }
        let failed = random.poisson(mean: usual * pair.usual.failure + bad * pair.suffering.failure)
        let buckets = pair.usual.buckets.indices.map { bucket in
            random.poisson(mean: usual * pair.usual.buckets[bucket] + bad * pair.suffering.buckets[bucket])
        }
        return (failed, buckets)
    }

    private static func overlap(_ one: Range<Double>, _ other: Range<Double>) -> Double {
        max(min(one.upperBound, other.upperBound) - max(one.lowerBound, other.lowerBound), 0)
    }

    private static func episode(after time: Double, _ random: inout RandomStream) -> Range<Double> {
        let start = time + random.exponential(mean: 1200)
        return start..<start + 10 + 10 * random.uniform()
    }

    private static let success = ResponseKey("200")
    private static let failure = ResponseKey("503")
}
