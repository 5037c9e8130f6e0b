/// What a metric of the user's own showed in one window, as far as it is known.
package struct CustomReading: Sendable, Hashable, Codable {
    /// What the numbers are; a metric keeps the kind that it had first.
    package enum Kind: Sendable, Hashable, Codable {
        /// Events among a total.
        case ratio
        /// Observations per bucket.
        case histogram
        /// A level.
        case gauge
    }

    package var kind: Kind
    package var isHigherBetter: Bool
    /// Bucket bounds of a histogram, ascending, without the infinite one; else empty.
    package var bounds: [Double]
    /// Nil: no data, which is not zero.
    package var stable: CustomValue?
    package var canary: CustomValue?

    package init(
        kind: Kind,
        isHigherBetter: Bool,
        bounds: [Double] = [],
        stable: CustomValue?,
        canary: CustomValue?
    ) {
        self.kind = kind
        self.isHigherBetter = isHigherBetter
        self.bounds = bounds
        self.stable = stable
        self.canary = canary
    }
}

/// One version's part of a reading. Numbers of any value are allowed: what cannot be a count is no data.
package enum CustomValue: Sendable, Hashable, Codable {
    case ratio(EventCount)
    case buckets([Double])
    case level(mean: Double, samples: Double)

    /// The bad events of a ratio among its total; nil if this is none.
    ///
    /// Events beyond the total, which two counters read at different moments may show, are cut off.
    func badEvents(isHigherBetter: Bool) -> EventCount? {
        guard case .ratio(let count) = self, count.x.isCustomCount, count.n.isCustomCount else { return nil }
        let events = min(count.x, count.n)
        return EventCount(x: isHigherBetter ? count.n - events : events, n: count.n)
    }
}

/// One window of all metrics.
package struct CustomWindow: Sendable, Hashable, Codable {
    /// Length of the window in seconds.
    package var seconds: Double
    package var isFirstAfterWeightChange: Bool
    /// True if canary pods served while they warmed up: such a window is no evidence, because its numbers cannot be
    /// told apart by pod.
    package var isWarming: Bool
    /// One entry an objective, in its order; nil if nothing is known of it.
    package var readings: [CustomReading?]

    package init(
        seconds: Double,
        isFirstAfterWeightChange: Bool = false,
        isWarming: Bool = false,
        readings: [CustomReading?]
    ) {
        self.seconds = seconds
        self.isFirstAfterWeightChange = isFirstAfterWeightChange
        self.isWarming = isWarming
        self.readings = readings
    }
}

extension Double {
    /// Whether this can be a number of things: not NaN, not negative, at most 2^53.
    var isCustomCount: Bool { self >= 0 && self <= 0x1p53 }
}
