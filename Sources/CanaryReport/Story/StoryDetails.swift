package import CanaryStatistics
package import CanaryTelemetry

/// Where failed requests come from, since the first step.
package struct ErrorSources: Sendable {
    /// One response code or pod.
    package struct Row: Sendable, Hashable {
        package var name: String
        package var stable: Int
        package var canary: Int
        /// What of the difference of the two versions' failed shares it explains: the canary's part less stable's in the same
        /// windows, in shares of the canary's requests. Nil where a side has no requests, and for answers that are no failures.
        package var contribution: Double?

        package init(name: String, stable: Int, canary: Int, contribution: Double?) {
            self.name = name
            self.stable = stable
            self.canary = canary
            self.contribution = contribution
        }
    }

    /// A pod that answered, with its own share of failures.
    package struct Pod: Sendable, Hashable {
        package var name: String
        package var side: WindowQuality.Side
        package var requests: Int
        package var failures: Int
        package var restarts: Int

        package init(name: String, side: WindowQuality.Side, requests: Int, failures: Int, restarts: Int) {
            self.name = name
            self.side = side
            self.requests = requests
            self.failures = failures
            self.restarts = restarts
        }
    }

    package var stableRequests = 0
    package var canaryRequests = 0
    /// All responses that are failures, by code, largest contribution first; then `499` and `0`, which are not.
    package var codes: [Row] = []
    /// Requests left out of both sides (injected faults, policies), by response flag, most first; the telemetry does not say
    /// which side they belong to.
    package var excluded: [CallerCount] = []
    /// Failed requests to the service that reached no version, by response flags, most first.
    package var unattributed: [CallerCount] = []
    /// Highest failed share first, at most 64; the rest are counted.
    package var pods: [Pod] = []
    package var podsLeftOut = 0

    package init() {}
}

/// Latency since the first step.
package struct LatencyStory: Sendable {
    /// Upper bounds in milliseconds, ascending, without the open last bucket.
    package var bounds: [Double] = []
    /// Successful requests per bucket, one more than bounds.
    package var stable: [Double] = []
    package var canary: [Double] = []
    /// Median to p99.9, as far as the counts allow.
    package var shifts: [Shift] = []
    /// P(canary slower) + P(same bucket)/2; nil without requests on a side.
    package var theta: Double?

    /// A quantile of both versions, and how far it moved.
    package struct Shift: Sendable, Hashable {
        package var quantile: Double
        /// Bounds between which each version's quantile lies, 97.5 % whenever one looks; nil is open.
        package var stable: QuantileInterval
        package var canary: QuantileInterval
        /// Canary less stable in milliseconds, 95 % whenever one looks; nil is open.
        package var lower: Double?
        package var upper: Double?

        package init(
            quantile: Double,
            stable: QuantileInterval,
            canary: QuantileInterval,
            lower: Double?,
            upper: Double?
        ) {
            self.quantile = quantile
            self.stable = stable
            self.canary = canary
            self.lower = lower
            self.upper = upper
        }
    }

    package init() {}
}

/// How good the telemetry was.
package struct DataQuality: Sendable {
    /// Rounds that were judged, and why some could not be, most frequent first.
    package var windows = 0
    package var unusable: [(reason: String, windows: Int)] = []
    /// Pods' rounds without a delta, by a bounded word and with the last message.
    package var faults: [(label: String, count: Int, example: String)] = []
    /// Different pods that gave counts at any time.
    package var stablePods = 0
    package var canaryPods = 0
    package var restarts = 0
    /// Windows much longer than the interval, and the longest, in seconds.
    package var gaps = 0
    package var longestGap = 0.0
    /// Windows of stable's history, taken over or watched, and their length in seconds.
    package var historyWindows = 0
    package var historySeconds = 0.0
    /// What the last proof of the split said: `proved`, `being proved`, `not in force`; nil if none began.
    package var split: String?
    /// The canary's observed share at the last weight, 0...1.
    package var observedShare: Double?
    /// Who called the canary, most first, at most 16.
    package var callers: [CallerCount] = []

    package init() {}
}

/// What the canary cost users, against what stable would have done with the same requests.
package struct HarmDone: Sendable, Hashable {
    /// Canary requests since the first step, and those that failed.
    package var requests: Int
    package var failures: Int
    /// Additional failed requests: failures less what stable's share in the same window would have given, window by window, so
    /// that a failure of both is not held against the canary; with limits, 95 % whenever one looks.
    package var extraFailures: Double
    package var extraFailuresBand: ConfidenceInterval
    /// Additional requests slower than the edge that moved most; nil where no edge was judged.
    package var extraSlow: Slow?
    /// What an hour at 100 % would have cost in failed requests, at the traffic seen since the first step.
    package var failuresPerHourAtFull: Double
    package var failuresPerHourBand: ConfidenceInterval
    /// All requests of both versions per second since the first step.
    package var requestsPerSecond: Double

    package struct Slow: Sendable, Hashable {
        /// In milliseconds.
        package var edge: Double
        package var extra: Double
        /// That the canary is slower than tolerated here, after deductions, in nats; without any the number above is chance.
        package var evidence: Double

        package init(edge: Double, extra: Double, evidence: Double) {
            self.edge = edge
            self.extra = extra
            self.evidence = evidence
        }
    }

    package init(
        requests: Int,
        failures: Int,
        extraFailures: Double,
        extraFailuresBand: ConfidenceInterval,
        extraSlow: Slow?,
        failuresPerHourAtFull: Double,
        failuresPerHourBand: ConfidenceInterval,
        requestsPerSecond: Double
    ) {
        self.requests = requests
        self.failures = failures
        self.extraFailures = extraFailures
        self.extraFailuresBand = extraFailuresBand
        self.extraSlow = extraSlow
        self.failuresPerHourAtFull = failuresPerHourAtFull
        self.failuresPerHourBand = failuresPerHourBand
        self.requestsPerSecond = requestsPerSecond
    }
}
