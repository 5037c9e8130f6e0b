/// Why a metric had no comparable data in a window.
package enum CustomGap: Sendable, Hashable, Codable {
    /// A version had none.
    case noData
    /// It is of another kind, or has other buckets, than before.
    case changed
    /// No bound tells stable's observations apart yet.
    case noEdges
}

/// What is known of one metric of the user's own after a window.
package struct CustomEvidence: Sendable, Hashable, Codable {
    package enum Detail: Sendable, Hashable, Codable {
        /// No data so far.
        case unseen
        case ratio(Counts)
        /// One entry an edge, ascending.
        case histogram([Counts])
        case gauge(Level)
    }

    /// Counts of all windows judged so far, as the user knows them: events, or observations above the edge.
    package struct Counts: Sendable, Hashable, Codable {
        /// Nil for a ratio.
        package var edge: Double?
        package var logE: Double
        /// Dispersion for the next window.
        package var phi: Double
        package var stable: EventCount
        package var canary: EventCount
    }

    /// Means over all windows judged so far, and the minutes compared.
    package struct Level: Sendable, Hashable, Codable {
        package var stableMean: Double?
        package var canaryMean: Double?
        package var comparisons: Int
        /// Minutes in which the canary was worse by more than the tolerance.
        package var losses: Int
    }

    package var name: String
    package var tolerance: Double
    package var isHigherBetter: Bool
    /// Log evidence that the canary is worse than tolerated.
    package var logE: Double
    /// Too much evidence to take a step up.
    package var isSuspect: Bool
    /// Both versions had data in this step, and not longer than five minutes ago.
    package var hasData: Bool
    /// Why this window had none; nil if it had.
    package var gap: CustomGap?
    package var detail: Detail
}

/// The answer to one window.
package struct CustomResult: Sendable, Hashable, Codable {
    /// Log evidence averaged over the metrics.
    package var logE: Double
    /// The largest increment of `logE` in one window.
    package var top: Double
    /// What `logE` has to reach.
    package var threshold: Double
    /// Worse than tolerated, proved, and not owed to a single window.
    package var isProved: Bool
    /// In the order of the objectives.
    package var metrics: [CustomEvidence]

    /// The metric with the most evidence: the main suspect.
    package var leading: CustomEvidence? { metrics.max { $0.logE < $1.logE } }
}
