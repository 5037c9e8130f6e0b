package import CanaryCore

/// A judgement of the past, for people and programs.
package struct PastReport: Sendable {
    package var header: RunHeader
    package var question: PastQuestion
    package var account: PastAccount
    package var outcome: Outcome
    /// The length of a window.
    package var step: Duration
    /// Samples that were read.
    package var samples: Int
    /// What a reader must know: roles, a raised step, a server's warnings.
    package var notes: [String]
    package var journalPath: String
    /// What dashboards show of the same time; nil where nobody was asked.
    package var views: CompatibilityViews?

    package init(
        header: RunHeader,
        question: PastQuestion,
        account: PastAccount,
        outcome: Outcome,
        step: Duration,
        samples: Int,
        notes: [String],
        journalPath: String,
        views: CompatibilityViews? = nil
    ) {
        self.header = header
        self.question = question
        self.account = account
        self.outcome = outcome
        self.step = step
        self.samples = samples
        self.notes = notes
        self.journalPath = journalPath
        self.views = views
    }
}
