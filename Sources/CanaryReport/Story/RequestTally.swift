import CanaryCore
import CanaryTelemetry

/// Requests since the first step by code and pod, and everything else that says where failures come from.
struct RequestTally: Sendable {
    struct Code: Sendable {
        let isFailure: Bool
        let isAbort: Bool
        var stable = 0
        var canary = 0
        /// Of the canary's requests, had each window gone as it went for stable.
        var expected = 0.0
    }

    struct Pod: Sendable {
        var requests = 0
        var failures = 0
        var restarts = 0
    }

    /// Counts of the windows that were compared.
    private(set) var stable = StoryMoment.Counts()
    private(set) var canary = StoryMoment.Counts()
    private(set) var seconds = 0.0
    private(set) var stableLatency: [Double] = []
    private(set) var canaryLatency: [Double] = []
    private(set) var expectedLatency: [Double] = []
    private(set) var stablePods = NameTable<Pod>(limit: 4096)
    private(set) var canaryPods = NameTable<Pod>(limit: 4096)
    private var codes = NameTable<Code>(limit: 64)
    private var excluded = NameTable<Int>(limit: 64)
    private var unattributed = NameTable<Int>(limit: 64)

    /// Counts a window; pods, codes and latency only if it was compared.
    ///
    /// - Returns: what each version did in it.
    mutating func add(
        _ window: Window,
        isCompared: Bool
    ) -> (stable: StoryMoment.Counts, canary: StoryMoment.Counts) {
        let (n1, n2) = isCompared ? (Double(window.stableTotal), Double(window.canaryTotal)) : (0, 0)
        let stable = count(window.stable, .stable, isCompared: isCompared, ratio: n1 > 0 && n2 > 0 ? n2 / n1 : 0)
        let canary = count(window.canary, .canary, isCompared: isCompared, ratio: 0)
        for pod in window.quality.restarts {
            if let place = canaryPods.place(of: pod) {
                canaryPods.change(at: place) { $0.restarts += 1 }
            } else if let place = stablePods.place(of: pod) {
                stablePods.change(at: place) { $0.restarts += 1 }
            }
        }
        guard isCompared else { return (stable, canary) }
        self.stable.add(stable)
        self.canary.add(canary)
        seconds += window.seconds.isFinite ? max(window.seconds, 0) : 0
        for count in window.quality.excluded { excluded.add(count.name, count.count) }
        for count in window.quality.unattributed { unattributed.add(count.name, count.count) }
        return (stable, canary)
    }

    /// The latency of a window that was compared.
    mutating func addLatency(stable: [Double], canary: [Double]) {
        Self.add(stable, to: &stableLatency)
        Self.add(canary, to: &canaryLatency)
        let (n1, n2) = (stable.reduce(0, +), canary.reduce(0, +))
        if n1 > 0, n2 > 0 { Self.add(stable.map { $0 * n2 / n1 }, to: &expectedLatency) }
    }

    /// Canary requests that failed, less those that would have failed on stable in the same windows.
    ///
    /// Window by window, not by the sums: while a dependency of both is broken both fail more, and if the canary has more of the
    /// traffic then, sums make it look worse.
    var extraFailures: Double {
        Double(canary.failures) - codes.values.reduce(0) { $0 + ($1.isFailure ? $1.expected : 0) }
    }

    /// Canary requests above a bound, less those that would have been above it on stable in the same windows; by number of bucket.
    func extraSlow(above bucket: Int) -> Double? {
        guard canaryLatency.count == expectedLatency.count, canaryLatency.indices.contains(bucket) else { return nil }
        return canaryLatency[(bucket + 1)...].reduce(0, +) - expectedLatency[(bucket + 1)...].reduce(0, +)
    }

    /// The whole account.
    func sources() -> ErrorSources {
        var sources = ErrorSources()
        sources.stableRequests = stable.requests
        sources.canaryRequests = canary.requests
        sources.codes = rows { $0.isFailure } + rows { $0.isAbort }
        sources.excluded = Self.callers(excluded)
        sources.unattributed = Self.callers(unattributed)
        let pods = Self.pods(stablePods, .stable) + Self.pods(canaryPods, .canary)
        let ranked = pods.sorted { (Self.share($1), $0.name) < (Self.share($0), $1.name) }
        sources.pods = Array(ranked.prefix(Self.mostPods))
        sources.podsLeftOut = pods.count - sources.pods.count
        return sources
    }

    private mutating func count(
        _ pods: [PodWindow],
        _ side: WindowQuality.Side,
        isCompared: Bool,
        ratio: Double
    ) -> StoryMoment.Counts {
        var sum = StoryMoment.Counts()
        sum.pods = pods.count
        for pod in pods {
            var own = Pod()
            for response in pod.requests {
                var kind = Code(isFailure: false, isAbort: false)
                codes.update(response.key.text, first: Code(response.key)) { code in
                    kind = code
                    guard isCompared else { return }
                    if side == .stable {
                        code.stable = code.stable &+ response.count
                        code.expected += Double(response.count) * ratio
                    } else {
                        code.canary = code.canary &+ response.count
                    }
                }
                own.requests = own.requests &+ response.count
                if kind.isFailure { own.failures = own.failures &+ response.count }
                if kind.isAbort { sum.aborts = sum.aborts &+ response.count }
            }
            sum.requests = sum.requests &+ own.requests
            sum.failures = sum.failures &+ own.failures
            let change: (inout Pod) -> Void = { known in
                guard isCompared else { return }
                known.requests = known.requests &+ own.requests
                known.failures = known.failures &+ own.failures
            }
            if side == .stable {
                stablePods.update(pod.pod, first: Pod(), change)
            } else {
                canaryPods.update(pod.pod, first: Pod(), change)
            }
        }
        return sum
    }

    private func rows(_ belongs: (Code) -> Bool) -> [ErrorSources.Row] {
        let found = zip(codes.names, codes.values).filter { belongs($0.1) && ($0.1.stable != 0 || $0.1.canary != 0) }
        let rows = found.map { name, code in
            ErrorSources.Row(
                name: name,
                stable: code.stable,
                canary: code.canary,
                contribution: code.isFailure && stable.requests > 0 && canary.requests > 0
                    ? (Double(code.canary) - code.expected) / Double(canary.requests) : nil
            )
        }
        return rows.sorted { ($1.contribution ?? 0, $0.name) < ($0.contribution ?? 0, $1.name) }
    }

    private static func callers(_ table: NameTable<Int>) -> [CallerCount] {
        table.ranked().map { CallerCount(name: $0.name, count: $0.count) }
    }

    private static func pods(_ table: NameTable<Pod>, _ side: WindowQuality.Side) -> [ErrorSources.Pod] {
        zip(table.names, table.values).compactMap { name, pod in
            guard pod.requests > 0 || pod.restarts > 0 else { return nil }
            return ErrorSources.Pod(
                name: name,
                side: side,
                requests: pod.requests,
                failures: pod.failures,
                restarts: pod.restarts
            )
        }
    }

    private static func share(_ pod: ErrorSources.Pod) -> Double {
        pod.requests > 0 ? Double(pod.failures) / Double(pod.requests) : 0
    }

    private static func add(_ counts: [Double], to sum: inout [Double]) {
        guard sum.count == counts.count else {
            if sum.isEmpty { sum = counts }
            return
        }
        for index in counts.indices { sum[index] += counts[index] }
    }

    private static let mostPods = 64
}

extension RequestTally.Code {
    fileprivate init(_ key: ResponseKey) {
        self.init(isFailure: key.isFailure, isAbort: key.isAbort)
    }
}
