package import CanaryTelemetry

/// One service that a check looks at.
package struct CheckSubject: Sendable, Hashable, Codable {
    /// What the service is compared with.
    package enum Comparison: String, Sendable, Hashable, Codable {
        /// Two versions share the traffic: the canary with stable.
        case versions
        /// One version: the present with the same hour yesterday and last week; confounded by time.
        case ownPast
    }

    /// `namespace/name`: its identity between invocations.
    package var key: String
    package var comparison: Comparison
    /// What the two sides are called: `v1` and `v2`, or `past` and `now`.
    package var stable: String
    package var canary: String

    package init(key: String, comparison: Comparison, stable: String, canary: String) {
        self.key = key
        self.comparison = comparison
        self.stable = stable
        self.canary = canary
    }
}

/// Counts of one side in one window.
package struct SideCounts: Sendable, Hashable {
    package var requests: Double
    package var failures: Double
    /// Per bucket of the evidence's bounds, not cumulative; empty if no latency is known.
    package var latency: [Double]

    package init(requests: Double = 0, failures: Double = 0, latency: [Double] = []) {
        self.requests = requests
        self.failures = failures
        self.latency = latency
    }
}

/// Both sides in one window.
package struct PairWindow: Sendable, Hashable {
    package var seconds: Double
    package var stable: SideCounts
    package var canary: SideCounts

    package init(seconds: Double, stable: SideCounts, canary: SideCounts) {
        self.seconds = seconds
        self.stable = stable
        self.canary = canary
    }
}

/// What is new about one subject since the last look.
package struct CheckEvidence: Sendable, Hashable {
    package var subject: CheckSubject
    package var bounds: LatencyBounds
    /// Stable's windows before the new ones, for dispersion and the choice of edges; their canary side is not looked at.
    package var history: [PairWindow]
    /// New windows, oldest first.
    package var windows: [PairWindow]
    /// Until when the telemetry was read: the next look goes on from here.
    package var end: Timestamp
    /// Why nothing can be said; nil if something can.
    package var fault: Reason?
    /// The faulty time was read until `end`, and reading it again would tell no more: the next look goes on from there.
    package var isRead = false
    /// Windows that could not be judged and are not among `windows`.
    package var unusable: Int
    package var notes: [String]

    package init(
        subject: CheckSubject,
        bounds: LatencyBounds = .istio,
        history: [PairWindow] = [],
        windows: [PairWindow] = [],
        end: Timestamp,
        fault: Reason? = nil,
        unusable: Int = 0,
        notes: [String] = []
    ) {
        self.subject = subject
        self.bounds = bounds
        self.history = history
        self.windows = windows
        self.end = end
        self.fault = fault
        self.unusable = unusable
        self.notes = notes
    }
}
