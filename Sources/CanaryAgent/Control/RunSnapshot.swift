package import CanaryCore

/// A run as it is at one moment, for whoever asks from outside.
package struct RunSnapshot: Sendable {
    package var header: RunHeader
    package var rollout: Rollout
    package var ledger: RunLedger
    package var at: Timestamp

    package init(header: RunHeader, rollout: Rollout, ledger: RunLedger, at: Timestamp) {
        self.header = header
        self.rollout = rollout
        self.ledger = ledger
        self.at = at
    }
}
