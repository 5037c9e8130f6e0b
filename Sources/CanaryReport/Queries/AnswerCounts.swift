package import CanaryTelemetry

/// What one version answered over a time, as Haldane counts it: the side of a comparison with a dashboard that is ours.
package struct AnswerCounts: Sendable, Hashable {
    /// All that count.
    package var requests = 0
    package var failures = 0
    /// Of `failures`: gRPC statuses that fail, which HTTP codes do not show.
    package var grpcFailures = 0
    /// Requests without any answer (code 0); we count them as requests, not as failures.
    package var withoutAnswer = 0
    /// gRPC statuses that tell of the caller, and are no failures to us.
    package var grpcCallerErrors = 0
    /// Left out by us: injected faults, policy, answers from a cache. Known for both versions together.
    package var excluded = 0
    /// The bounds of the bucket that 99 of 100 durations end in, in milliseconds; nil if none are known. The upper one is infinite
    /// in the last bucket.
    package var p99Milliseconds: ClosedRange<Double>?

    package init() {}

    /// Adds up the windows of one side.
    package init(_ windows: some Sequence<Window>, of side: WindowQuality.Side) {
        var buckets: [Int] = []
        var bounds: LatencyBounds?
        var hasOneSetOfBounds = true
        for window in windows {
            excluded.add(window.quality.excluded.lazy.map(\.count))
            for pod in side == .canary ? window.canary : window.stable {
                for response in pod.requests { count(response) }
                guard !pod.latency.isEmpty else { continue }
                if let bounds, bounds != window.bounds { hasOneSetOfBounds = false }
                bounds = window.bounds
                while buckets.count < pod.latency.count { buckets.append(0) }
                for (index, count) in pod.latency.enumerated() { buckets[index].add([count]) }
            }
        }
        if let bounds, hasOneSetOfBounds { p99Milliseconds = Self.bucket(of: 0.99, buckets, bounds) }
    }

    /// The share of failures as we count them.
    package var errors: Double? { share(failures) }

    /// The share that a dashboard's rule gives for our counts: what is left between it and the dashboard's number is how it counts,
    /// not what.
    func errors(byRuleOf dashboard: CompatibilityViews.Dashboard) -> Double? {
        switch dashboard {
        case .grafana: share(failures - grpcFailures)
        case .kiali: share(failures + withoutAnswer + grpcCallerErrors)
        }
    }

    private func share(_ count: Int) -> Double? {
        requests > 0 ? Double(count) / Double(requests) : nil
    }

    private mutating func count(_ response: ResponseCount) {
        let key = response.key
        requests.add([response.count])
        if key.isFailure { failures.add([response.count]) }
        if key.text == "0" { withoutAnswer.add([response.count]) }
        if key.text.hasPrefix("grpc-") {
            if key.isFailure {
                grpcFailures.add([response.count])
            } else if key.text != "grpc-0" {
                grpcCallerErrors.add([response.count])
            }
        }
    }

    private static func bucket(of share: Double, _ buckets: [Int], _ bounds: LatencyBounds) -> ClosedRange<Double>? {
        let total = buckets.reduce(0.0) { $0 + Double($1) }
        guard total > 0 else { return nil }
        var sum = 0.0
        for (index, count) in buckets.enumerated() {
            sum += Double(count)
            guard sum >= share * total else { continue }
            let lower =
                index == 0 ? 0 : bounds.milliseconds.indices.contains(index - 1) ? bounds.milliseconds[index - 1] : 0
            let upper = bounds.milliseconds.indices.contains(index) ? bounds.milliseconds[index] : .infinity
            return lower...max(lower, upper)
        }
        return nil
    }
}

extension Int {
    /// Adds counts of a peer, which may be anything; stays at the limits.
    fileprivate mutating func add(_ counts: some Sequence<Int>) {
        for count in counts {
            let (sum, overflow) = addingReportingOverflow(count)
            self = overflow ? (count > 0 ? .max : .min) : sum
        }
    }
}
