import CanaryStatistics
package import CanaryTelemetry

/// Counts of both sides over a stretch of time.
package struct PairTotals: Sendable, Hashable, Codable {
    package var seconds = 0.0
    package var stable = SideCounts()
    package var canary = SideCounts()

    package init() {}

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let values = try container.decode(PackedDoubles.self).values
        guard values.count >= 5, (values.count - 5) % 2 == 0, values.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not totals")
        }
        let buckets = (values.count - 5) / 2
        seconds = values[0]
        stable = SideCounts(requests: values[1], failures: values[2], latency: Array(values[5..<5 + buckets]))
        canary = SideCounts(requests: values[3], failures: values[4], latency: Array(values[(5 + buckets)...]))
    }

    package func encode(to encoder: any Encoder) throws {
        let buckets = max(stable.latency.count, canary.latency.count)
        func padded(_ counts: [Double]) -> [Double] { counts + Array(repeating: 0, count: buckets - counts.count) }
        let values =
            [seconds, stable.requests, stable.failures, canary.requests, canary.failures] + padded(stable.latency)
            + padded(canary.latency)
        var container = encoder.singleValueContainer()
        try container.encode(PackedDoubles(values))
    }

    /// Adds a window; what cannot be a count is left out.
    package mutating func add(_ window: PairWindow) {
        if window.seconds > 0, window.seconds < 1e9 { seconds += window.seconds }
        stable.add(window.stable)
        canary.add(window.canary)
    }
}

extension SideCounts {
    mutating func add(_ other: SideCounts) {
        let served = Self.count(other.requests)
        requests += served
        failures += min(Self.count(other.failures), served)
        if latency.count < other.latency.count {
            latency += Array(repeating: 0, count: other.latency.count - latency.count)
        }
        for (bucket, count) in other.latency.enumerated() { latency[bucket] += Self.count(count) }
    }

    /// Failed requests among all.
    var errors: Finding.Tally { Finding.Tally(events: failures, requests: requests) }

    /// Responses above a bound among those of known latency.
    func slow(above bound: Int) -> Finding.Tally {
        guard bound >= 0, bound + 1 < latency.count else { return Finding.Tally(events: 0, requests: 0) }
        return Finding.Tally(events: latency[(bound + 1)...].reduce(0, +), requests: latency.reduce(0, +))
    }

    /// The bucket that a quantile lies in; nil if no latency is known.
    package func quantile(_ share: Double, bounds: LatencyBounds) -> QuantileBucket? {
        let total = latency.reduce(0, +)
        guard total > 0, latency.count == bounds.bucketCount else { return nil }
        var below = 0.0
        for (bucket, count) in latency.enumerated() {
            below += count
            guard below >= share * total else { continue }
            let bounds = bounds.milliseconds
            return QuantileBucket(
                low: bucket == 0 ? 0 : bounds[bucket - 1],
                high: bucket < bounds.count ? bounds[bucket] : nil
            )
        }
        return nil
    }

    private static func count(_ value: Double) -> Double { value > 0 ? min(value, 0x1p53) : 0 }
}

/// The bucket of latencies, in milliseconds, in which a quantile of what was counted lies: buckets tell no more.
package struct QuantileBucket: Sendable, Hashable {
    package var low: Double
    /// Nil if it is above the last bound.
    package var high: Double?

    package init(low: Double, high: Double?) {
        self.low = low
        self.high = high
    }
}
