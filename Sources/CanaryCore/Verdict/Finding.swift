/// What is known of one metric: failed requests, requests slower than one bucket edge, or a metric of the user's own.
package struct Finding: Sendable, Hashable, Codable {
    /// `errors`, `latency>25ms`, or the name of a query.
    package var name: String
    /// The bucket edge in milliseconds, or in the unit of the user's histogram; nil for errors, ratios and gauges.
    package var edge: Double?
    /// Log evidence that the canary is worse than tolerated, in nats, and what bursts may have contributed to it.
    package var logE: Double
    package var penalty: Double
    /// Evidence that it is not worse, for the metrics that promotion asks.
    package var safety: Safety?
    /// Events and requests since the first step; of a gauge none.
    package var stable: Tally
    package var canary: Tally
    /// Where canary's share less stable's lies, 95 % whenever one looks; kept for errors only.
    package var difference95: Range?
    /// What is particular to a metric of the user's own; nil for errors and latency.
    package var custom: Custom?

    package init(
        name: String,
        edge: Double?,
        logE: Double,
        penalty: Double,
        safety: Safety?,
        stable: Tally,
        canary: Tally,
        difference95: Range? = nil,
        custom: Custom? = nil
    ) {
        self.name = name
        self.edge = edge
        self.logE = logE
        self.penalty = penalty
        self.safety = safety
        self.stable = stable
        self.canary = canary
        self.difference95 = difference95
        self.custom = custom
    }

    /// Whether this metric alone has reached what a rollback needs.
    package func isHarmProved(in verdict: Verdict) -> Bool {
        verdict.harmThreshold > 0 && logE - penalty >= verdict.harmThreshold
    }

    /// An interval of differences of shares.
    package struct Range: Sendable, Hashable, Codable {
        package var low: Double
        package var high: Double

        package init(low: Double, high: Double) {
            self.low = low
            self.high = high
        }
    }

    /// Evidence at the margin of the present step.
    package struct Safety: Sendable, Hashable, Codable {
        package var logN: Double
        /// Once proved at this margin, always proved.
        package var isLatched: Bool

        package init(logN: Double, isLatched: Bool) {
            self.logN = logN
            self.isLatched = isLatched
        }
    }

    /// Events among requests.
    package struct Tally: Sendable, Hashable, Codable {
        package var events: Double
        package var requests: Double

        package init(events: Double, requests: Double) {
            self.events = events
            self.requests = requests
        }

        /// The share of events, or nil without requests.
        package var share: Double? { requests > 0 ? events / requests : nil }
    }
}
