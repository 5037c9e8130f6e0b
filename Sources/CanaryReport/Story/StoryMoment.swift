package import CanaryCore
package import CanaryStatistics

/// One or more neighbouring windows, merged; never across a change of weights.
package struct StoryMoment: Sendable {
    /// When its first window began, in seconds since the run began, and not before the moment before it ended.
    package var from: Double
    /// When its last window ended, in seconds since the run began.
    package var at: Double
    /// The length of its windows together, in seconds; less than from `from` to `at` where there are gaps.
    package var seconds: Double
    /// Judged windows, and those of them that could not be judged.
    package var windows: Int
    package var unusable: Int
    package var phase: JudgingContext.Phase
    /// The canary's weight in force, in percent; in a judgement of the past, where nobody wrote weights, its observed share.
    package var intendedPercent: Double
    /// Counts of these windows alone.
    package var stable: Counts
    package var canary: Counts
    /// Since the first step, whenever one looks 95 %, as of the end of the moment; nil before and after the comparison.
    package var stableShare: RateBand?
    package var canaryShare: RateBand?
    /// The canary's share of failed requests less stable's (`DifferenceSequence`).
    package var difference: ConfidenceInterval?
    /// The last verdict, and its total evidence of harm after deductions against the threshold, in nats.
    package var verdict: Verdict.Kind?
    package var harm: Double?
    package var harmThreshold: Double?
    package var safetyThreshold: Double?
    /// Quantiles of these windows' successful requests, of each version; nil without any.
    package var stableLatency: QuantileBands?
    package var canaryLatency: QuantileBands?

    package struct Counts: Sendable, Hashable {
        package var requests = 0
        package var failures = 0
        /// Requests whose client went away.
        package var aborts = 0
        package var pods = 0

        package init() {}

        /// Nil without requests.
        package var failedShare: Double? { requests > 0 ? Double(failures) / Double(requests) : nil }
    }

    /// A share of failed requests since the first step, with its confidence sequence (`BetaBinomial`, one version alone: it
    /// needs a rate that does not drift, so it is for showing only).
    package struct RateBand: Sendable, Hashable {
        package var share: Double
        package var band: ConfidenceInterval

        package init(share: Double, band: ConfidenceInterval) {
            self.share = share
            self.band = band
        }
    }

    /// Which buckets hold the quantiles: all that a histogram can say. Milliseconds; nil above is beyond the last bound.
    package struct QuantileBands: Sendable, Hashable {
        package var p50: Bucket
        package var p90: Bucket
        package var p99: Bucket

        package struct Bucket: Sendable, Hashable {
            /// Above this, in milliseconds; 0 for the first bucket.
            package var low: Double
            /// At or below this, in milliseconds; nil in the last bucket.
            package var high: Double?

            package init(low: Double, high: Double?) {
                self.low = low
                self.high = high
            }
        }

        package init(p50: Bucket, p90: Bucket, p99: Bucket) {
            self.p50 = p50
            self.p90 = p90
            self.p99 = p99
        }
    }
}

/// The evidence of one metric over time.
package struct EvidenceTrack: Sendable {
    /// `errors`, `latency>25ms`, or the name of a query.
    package var name: String
    /// For people: `failed requests`, `slower than 25 ms`, or the metric's own label.
    package var label: String
    /// In milliseconds, or in the unit of the user's histogram.
    package var edge: Double?
    package var isCustom: Bool
    /// Parallel to the story's moments; nil where no verdict compared the versions.
    package var values: [Value?]

    package struct Value: Sendable, Hashable {
        /// Evidence of harm after the deduction for bursts, in nats.
        package var harm: Double
        /// Evidence of safety at the step's margin, in nats; nil where promotion does not ask this metric.
        package var safety: Double?
        /// Safety was proved at this margin before.
        package var isProved: Bool

        package init(harm: Double, safety: Double?, isProved: Bool) {
            self.harm = harm
            self.safety = safety
            self.isProved = isProved
        }
    }

    package init(name: String, label: String, edge: Double?, isCustom: Bool, values: [Value?]) {
        self.name = name
        self.label = label
        self.edge = edge
        self.isCustom = isCustom
        self.values = values
    }
}

/// A turning point, at the window in which it happened.
package struct Crossing: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable {
        /// Total evidence of harm reached its threshold.
        case harm
        /// Safety was proved at the step in force.
        case safety
    }

    package var at: Double
    package var kind: Kind
    /// The metric that carried it most; nil if it was the mixture of several, or all of them together.
    package var metric: String?
    /// The canary's weight then, in percent.
    package var percent: Double

    package init(at: Double, kind: Kind, metric: String?, percent: Double) {
        self.at = at
        self.kind = kind
        self.metric = metric
        self.percent = percent
    }
}
