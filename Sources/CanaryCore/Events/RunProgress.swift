package import CanaryTelemetry

/// What a watcher of a run is shown after each thing that happened.
package struct RunProgress: Sendable {
    package enum Happening: Sendable {
        case started
        case resumed(Reason)
        /// A round ended and was judged.
        case judged(Window, Verdict)
        /// A write was done.
        case wrote(WeightPlan)
        case notice(Notice)
        case finished(Outcome)
        /// The process is ending without an outcome.
        case interrupted(Reason)
    }

    package var happening: Happening
    package var header: RunHeader
    package var at: Timestamp
    package var rollout: Rollout
    package var ledger: RunLedger

    package init(
        _ happening: Happening,
        header: RunHeader,
        at: Timestamp,
        rollout: Rollout,
        ledger: RunLedger
    ) {
        self.happening = happening
        self.header = header
        self.at = at
        self.rollout = rollout
        self.ledger = ledger
    }
}

/// Who watches a run: a terminal, a line log, a test.
package protocol RunObserver: Sendable {
    func observe(_ progress: RunProgress)
}
