import CanaryCore

/// A journal that somebody reads along: entries are handed over once they are appended, and also if that failed, because the run
/// acts on them then as well.
struct JournalTee: JournalSink {
    private let journal: any JournalSink
    private let read: @Sendable (JournalEntry) -> Void

    init(_ journal: any JournalSink, _ read: @escaping @Sendable (JournalEntry) -> Void) {
        self.journal = journal
        self.read = read
    }

    func append(_ entry: JournalEntry) async throws(JournalFailure) {
        let result: Result<Void, JournalFailure>
        do {
            try await journal.append(entry)
            result = .success(())
        } catch {
            result = .failure(error)
        }
        read(entry)
        try result.get()
    }

    func flush() async throws(JournalFailure) { try await journal.flush() }
}
