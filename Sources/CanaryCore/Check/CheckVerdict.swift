/// What a check says about one subject.
package struct CheckVerdict: Sendable, Hashable {
    package var subject: CheckSubject
    package var kind: Verdict.Kind
    package var reason: Reason
    /// Since when it has been that, as far as checks have looked.
    package var since: Timestamp
    /// The kind that was told last; nil if nothing was.
    package var told: Verdict.Kind?
    /// Log M, and what it has to reach; nil if there is no evidence.
    package var evidence: Evidence?
    /// Errors, then each latency edge; the leading one of a degraded subject is `leading`.
    package var metrics: [Metric]
    package var leading: Int
    package var stable: Side
    package var canary: Side
    /// The time that the counts cover, in seconds.
    package var countedSeconds: Double
    /// New windows of this look, and those that could not be judged.
    package var windows: Int
    package var unusable: Int
    package var readUntil: Timestamp?
    /// How fast it uses up its error budget. A rule with a fixed bar: it has no part in the false-alarm budget.
    package var burn: BurnRate?
    package var notes: [String]

    /// How strong the evidence of harm is.
    package struct Evidence: Sendable, Hashable {
        package var logM: Double
        package var logThreshold: Double
        /// Crossed, and not yet below ten again.
        package var isAlarm: Bool
        /// Log of the day's e-value, which decides over a fleet.
        package var logE: Double
        /// Among those that e-BH names; nil where only one subject is checked.
        package var isDiscovered: Bool?

        package init(logM: Double, logThreshold: Double, isAlarm: Bool, logE: Double, isDiscovered: Bool?) {
            self.logM = logM
            self.logThreshold = logThreshold
            self.isAlarm = isAlarm
            self.logE = logE
            self.isDiscovered = isDiscovered
        }
    }

    /// One metric's counts.
    package struct Metric: Sendable, Hashable {
        /// `errors`, or `latency>25ms`.
        package var name: String
        package var edge: Double?
        package var stable: Finding.Tally
        package var canary: Finding.Tally

        package init(name: String, edge: Double?, stable: Finding.Tally, canary: Finding.Tally) {
            self.name = name
            self.edge = edge
            self.stable = stable
            self.canary = canary
        }
    }

    /// What one side shows apart from the metrics.
    package struct Side: Sendable, Hashable {
        package var p50: QuantileBucket?
        package var p99: QuantileBucket?

        package init(p50: QuantileBucket? = nil, p99: QuantileBucket? = nil) {
            self.p50 = p50
            self.p99 = p99
        }
    }

    /// Compared with another time, where everything that changed with time counts as evidence.
    package var isConfounded: Bool { subject.comparison == .ownPast }

    /// Nothing can be said.
    package static func unknown(
        _ subject: CheckSubject,
        _ reason: Reason,
        since: Timestamp,
        notes: [String] = []
    ) -> CheckVerdict {
        CheckVerdict(
            subject: subject,
            kind: .unknown,
            reason: reason,
            since: since,
            metrics: [],
            leading: 0,
            stable: Side(),
            canary: Side(),
            countedSeconds: 0,
            windows: 0,
            unusable: 0,
            notes: notes
        )
    }
}

extension Verdict.Kind {
    /// The order in which verdicts outweigh each other in a check: degraded, unknown, undecided, healthy.
    package var weight: Int {
        switch self {
        case .healthy: 0
        case .undecided: 1
        case .unknown: 2
        case .degraded: 3
        }
    }
}
