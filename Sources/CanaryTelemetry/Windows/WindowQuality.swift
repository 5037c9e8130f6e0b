/// What was wrong with a round of scraping, if anything.
package struct WindowQuality: Sendable, Hashable {
    /// Why the round must not be judged; nil if it may.
    package var unusable: Unusable?

    /// Targets that gave no delta in this round, with the reason; at most 64 are kept.
    package var faults: [PodFault]

    /// Who called the canary, by source workload (`unknown` if the caller has no sidecar); at most 32, the rest under
    /// `(other)`.
    package var canaryCallers: [CallerCount]

    /// Requests left out of both sides because a fault was injected or a policy answered, by response flag.
    package var excluded: [CallerCount]

    /// Failed requests to the same service that reached no version (no endpoints, no route), by response flags.
    package var unattributed: [CallerCount]

    /// Counters that went back to zero in this round: restarted processes, by pod.
    package var restarts: [String]

    package init(
        unusable: Unusable? = nil,
        faults: [PodFault] = [],
        canaryCallers: [CallerCount] = [],
        excluded: [CallerCount] = [],
        unattributed: [CallerCount] = [],
        restarts: [String] = []
    ) {
        self.unusable = unusable
        self.faults = faults
        self.canaryCallers = canaryCallers
        self.excluded = excluded
        self.unattributed = unattributed
        self.restarts = restarts
    }

    /// Why a round cannot be judged.
    package enum Unusable: Sendable, Hashable {
        /// Fewer than half of a side's pods (at least one) gave a delta.
        case tooFewPods(side: Side, answered: Int, known: Int)
        /// More than 5 % of a side's pod-rounds failed over the last 20 rounds.
        case tooManyFailures(side: Side, failed: Int, rounds: Int)
        /// Pages were read, and no series of either version was in them.
        case noIstioSeries
        /// No target answered.
        case nothingScraped
        /// The first round after the start: baselines only.
        case baseline
        /// The server that keeps the telemetry gave nothing that may be judged: a bounded word, and a sentence that names
        /// the server and the query.
        case source(label: String, message: String)
    }

    package enum Side: String, Sendable, Hashable, Codable {
        case stable
        case canary
        /// A target whose side is not known yet: it has shown no series of either version.
        case unknown
    }
}

/// A target that gave no delta, and why.
package struct PodFault: Sendable, Hashable, Codable {
    package var pod: String
    package var side: WindowQuality.Side
    /// A bounded word: `refused`, `timeout`, `status`, `not-exposition`, `malformed`, `too-large`, `truncated`,
    /// `no-witness`, `bad-histogram`, `no-series`, `other`; of stored telemetry `stale`, `no-sample`, `gap`, `future`.
    package var label: String
    /// One sentence with the place: URL, line, column.
    package var message: String

    package init(pod: String, side: WindowQuality.Side, label: String, message: String) {
        self.pod = pod
        self.side = side
        self.label = label
        self.message = message
    }
}

/// A number of requests under a name.
package struct CallerCount: Sendable, Hashable {
    package var name: String
    package var count: Int

    package init(name: String, count: Int) {
        self.name = name
        self.count = count
    }
}
