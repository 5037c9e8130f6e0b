package import CanaryCore

/// What to judge of the past, and where to write it down.
package struct PastOptions: Sendable {
    /// As written: this is what the journal holds.
    package var spec: CanarySpec
    package var question: PastQuestion
    /// The journal's folder; by default a folder of its own below that of the canary's runs.
    package var journalDirectory: String
    /// The present; samples of the last moments may still be on their way.
    package var now: Timestamp
    /// How far before `now` the last samples are taken.
    package var delay: Duration
    package var version: String

    package init(
        spec: CanarySpec,
        question: PastQuestion,
        journalDirectory: String? = nil,
        now: Timestamp,
        delay: Duration = .zero,
        version: String
    ) {
        self.spec = spec
        self.question = question
        self.journalDirectory = journalDirectory ?? "\(RunFinder.home)/\(spec.namespace)-\(spec.name)/past"
        self.now = now
        self.delay = delay
        self.version = version
    }
}
