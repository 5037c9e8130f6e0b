package import CanaryCore
package import CanaryJournal

/// Writes entries to a journal file; after the first failure it stays lost, so that nothing out of order follows a gap.
package actor RunJournal: JournalSink {
    private let writer: JournalWriter
    private let codec = JournalCodec()
    private var failure: JournalFailure?

    package init(writer: JournalWriter) {
        self.writer = writer
    }

    package func append(_ entry: JournalEntry) async throws(JournalFailure) {
        if let failure { throw failure }
        do {
            try await writer.append(try codec.encode(entry))
        } catch {
            throw lose(error)
        }
    }

    package func flush() async throws(JournalFailure) {
        if let failure { throw failure }
        do {
            try await writer.flush()
        } catch {
            throw lose(error)
        }
    }

    private func lose(_ error: any Error) -> JournalFailure {
        let failure = JournalFailure(Reason("journalLost", "the journal can no longer be written: \(error)"))
        self.failure = failure
        return failure
    }
}
