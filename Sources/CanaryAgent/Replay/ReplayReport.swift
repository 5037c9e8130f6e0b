package import CanaryCore

/// What came out of judging a journal's evidence again.
package struct ReplayReport: Sendable {
    /// One verdict that differs.
    package struct Difference: Sendable {
        /// Number of the judged window in the journal, from 1.
        package var window: Int
        package var at: Timestamp
        package var recorded: Verdict
        package var recomputed: Verdict
    }

    package var header: RunHeader
    package var ledger: RunLedger
    package var outcome: Outcome?
    package var verdicts: Int
    /// At most the first 100.
    package var differences: [Difference]
    package var differenceCount: Int
    /// With other settings: when the first decision other than hold came, as recorded and as recomputed.
    package var firstRecordedDecision: (window: Int, Verdict)?
    package var firstRecomputedDecision: (window: Int, Verdict)?
    /// Bytes after the last whole frame.
    package var tornBytes: Int

    package init(
        header: RunHeader,
        ledger: RunLedger,
        outcome: Outcome?,
        verdicts: Int,
        differences: [Difference],
        differenceCount: Int,
        firstRecordedDecision: (window: Int, Verdict)?,
        firstRecomputedDecision: (window: Int, Verdict)?,
        tornBytes: Int
    ) {
        self.header = header
        self.ledger = ledger
        self.outcome = outcome
        self.verdicts = verdicts
        self.differences = differences
        self.differenceCount = differenceCount
        self.firstRecordedDecision = firstRecordedDecision
        self.firstRecomputedDecision = firstRecomputedDecision
        self.tornBytes = tornBytes
    }

    package var isIdentical: Bool { differenceCount == 0 }
}
