import CanaryCore
import CanaryTelemetry

/// Makes pairs of counts of windows.
struct PairBuilder {
    let bounds: LatencyBounds
    let roles: Roles

    /// Two versions in the same windows. What is not after `start` is history.
    func evidence(_ subject: CheckSubject, _ windows: [TimedWindow], after start: Timestamp) -> CheckEvidence {
        var evidence = CheckEvidence(subject: subject, bounds: bounds, end: start)
        for timed in windows {
            let window = timed.window
            let isNew = timed.at > start
            let unusable = isNew ? window.quality.unusable : window.quality.unusableForStable
            guard unusable == nil, let (first, second) = sides(window) else {
                if isNew { evidence.unusable += 1 }
                continue
            }
            let pair = PairWindow(
                seconds: window.seconds,
                stable: roles == .asNamed ? first : second,
                canary: roles == .asNamed ? second : first
            )
            if isNew { evidence.windows.append(pair) } else { evidence.history.append(pair) }
        }
        return evidence
    }

    /// A service and its own past, given window by window at the present time.
    ///
    /// The past days are summed. In the history they alternate instead: successive windows are what dispersion is measured between, so
    /// that it includes how much the same hour differs from day to day.
    func evidence(
        _ subject: CheckSubject,
        _ windows: [TimedWindow],
        against past: [[Timestamp: Window]],
        after start: Timestamp
    ) -> CheckEvidence {
        var evidence = CheckEvidence(subject: subject, bounds: bounds, end: start)
        for timed in windows {
            let isNew = timed.at > start
            let days = past.compactMap { day in
                day[timed.at].flatMap { $0.quality.unusableForStable == nil ? projected($0) : nil }
            }
            guard timed.window.quality.unusableForStable == nil, let now = projected(timed.window), !days.isEmpty else {
                if isNew { evidence.unusable += 1 }
                continue
            }
            if isNew {
                let sum = days.dropFirst().reduce(days[0]) { Self.sum($0, $1) }
                evidence.windows.append(PairWindow(seconds: timed.window.seconds, stable: sum, canary: now))
            } else {
                evidence.history += days.map {
                    PairWindow(seconds: timed.window.seconds, stable: $0, canary: SideCounts())
                }
            }
        }
        return evidence
    }

    /// Both versions' requests and failures.
    static func service(_ window: Window) -> (requests: Double, failures: Double) {
        (window.stable + window.canary).reduce(into: (0, 0)) { sum, pod in
            sum.0 += Double(pod.total)
            sum.1 += Double(pod.failures)
        }
    }

    private func sides(_ window: Window) -> (SideCounts, SideCounts)? {
        guard let projection = BucketProjection(from: window.bounds, onto: bounds) else { return nil }
        return (Self.counts(window.stable, projection), Self.counts(window.canary, projection))
    }

    private func projected(_ window: Window) -> SideCounts? { sides(window).map { Self.sum($0.0, $0.1) } }

    private static func counts(_ pods: [PodWindow], _ projection: BucketProjection) -> SideCounts {
        pods.reduce(SideCounts()) { sum, pod in
            Self.sum(
                sum,
                SideCounts(
                    requests: Double(pod.total),
                    failures: Double(pod.failures),
                    latency: projection.apply(pod.latency)
                )
            )
        }
    }

    private static func sum(_ one: SideCounts, _ other: SideCounts) -> SideCounts {
        var sum = one
        sum.requests += other.requests
        sum.failures += other.failures
        if sum.latency.isEmpty {
            sum.latency = other.latency
        } else {
            for (bucket, count) in other.latency.enumerated() where bucket < sum.latency.count {
                sum.latency[bucket] += count
            }
        }
        return sum
    }
}
