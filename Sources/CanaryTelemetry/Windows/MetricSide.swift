/// One version's part of a `MetricWindow`.
package enum MetricSide: Sendable, Hashable {
    /// No data, and why: a text of at most `longestReason` characters. Not the same as zero.
    case absent(String)
    case ratio(RatioCounts)
    case histogram(BucketCounts)
    case gauge(GaugeMean)

    /// Events among a total; absent unless both are counts. More events than the total are possible where the two
    /// counters are read at different moments.
    package static func ratio(events: Double, total: Double) -> MetricSide {
        RatioCounts(events: events, total: total).map { .ratio($0) } ?? .absent(notCounts)
    }

    /// Observations per bucket, not cumulative, the last one above the last bound; absent unless all are counts.
    package static func histogram(counts: [Double]) -> MetricSide {
        BucketCounts(counts).map { .histogram($0) } ?? .absent(notCounts)
    }

    /// The mean of `samples` readings, usually one a pod; absent without a sample or if the mean is not a number.
    package static func gauge(samples: Double, mean: Double) -> MetricSide {
        GaugeMean(samples: samples, mean: mean).map { .gauge($0) } ?? .absent(samples > 0 ? notNumber : "no samples")
    }

    /// Absent for a reason that may be long.
    package static func absent(because reason: String) -> MetricSide { .absent(String(reason.prefix(longestReason))) }

    /// Why there is no data; nil if there is some.
    package var absence: String? {
        if case .absent(let reason) = self { reason } else { nil }
    }

    /// The longest reason for an absence, in characters.
    package static let longestReason = 300

    /// This side if it is of the kind, else its absence.
    func fitting(_ kind: MetricWindow.Kind, bucketCount: Int) -> MetricSide {
        switch (self, kind) {
        case (.absent(let reason), _): .absent(because: reason)
        case (.ratio, .ratio), (.gauge, .gauge): self
        case (.histogram(let buckets), .histogram) where buckets.counts.count == bucketCount: self
        case (.histogram, .histogram): .absent("its counts do not fit its bucket bounds")
        default: .absent("its values are not those of a \(kind.rawValue)")
        }
    }

    /// Whether this can be a number of things: finite, from 0 to 2^53, beyond which a counter skips numbers.
    static func isCount(_ value: Double) -> Bool { value >= 0 && value <= 0x1p53 }

    private static let notCounts = "its values are not counts from 0 to 2^53"
    private static let notNumber = "its mean is not a number"
}

/// Events among a total, each from 0 to 2^53.
package struct RatioCounts: Sendable, Hashable {
    package let events: Double
    package let total: Double

    package init?(events: Double, total: Double) {
        guard MetricSide.isCount(events), MetricSide.isCount(total) else { return nil }
        self.events = events
        self.total = total
    }
}

/// Observations per bucket, not cumulative, each from 0 to 2^53.
package struct BucketCounts: Sendable, Hashable {
    package let counts: [Double]

    package init?(_ counts: [Double]) {
        guard counts.allSatisfy(MetricSide.isCount), counts.count <= MetricWindow.mostBounds + 1 else { return nil }
        self.counts = counts
    }
}

/// The mean of some readings of a level.
package struct GaugeMean: Sendable, Hashable {
    /// How many readings, above 0.
    package let samples: Double
    /// Finite, of any sign.
    package let mean: Double

    package init?(samples: Double, mean: Double) {
        guard MetricSide.isCount(samples), samples > 0, mean.isFinite else { return nil }
        self.samples = samples
        self.mean = mean
    }
}
