import CanaryCore

/// A journal that somebody reads along: entries are handed over once they are taken.
struct JournalTee: JournalSink {
    private let journal: any JournalSink
    private let read: @Sendable (JournalEntry) -> Void

    init(_ journal: any JournalSink, _ read: @escaping @Sendable (JournalEntry) -> Void) {
        self.journal = journal
        self.read = read
    }

    func append(_ entry: JournalEntry) async throws(JournalFailure) {
        try await journal.append(entry)
        read(entry)
    }

    func flush() async throws(JournalFailure) { try await journal.flush() }
}
