package import CanaryCore

/// A journal in memory that can be told when to break.
package actor FailingJournal: JournalSink {
    /// The call that breaks it; after that every call fails.
    package enum Break: Sendable {
        case never
        /// The append of the first entry for which this holds.
        case append(@Sendable (JournalEntry) -> Bool)
        /// The first flush while an entry for which this holds is not durable yet.
        case flush(@Sendable (JournalEntry) -> Bool)
    }

    private let breaks: Break
    private var isBroken = false

    /// What was appended.
    package private(set) var entries: [JournalEntry] = []
    /// How many of them survive a crash.
    package private(set) var durableCount = 0

    package init(breaks: Break = .never) {
        self.breaks = breaks
    }

    /// What survives a crash.
    package var durable: [JournalEntry] { Array(entries[..<durableCount]) }

    package func append(_ entry: JournalEntry) async throws(JournalFailure) {
        if case .append(let isFatal) = breaks, isFatal(entry) { isBroken = true }
        try check()
        entries.append(entry)
    }

    package func flush() async throws(JournalFailure) {
        if case .flush(let isFatal) = breaks, entries[durableCount...].contains(where: isFatal) { isBroken = true }
        try check()
        durableCount = entries.count
    }

    private func check() throws(JournalFailure) {
        if isBroken { throw JournalFailure(Reason("journalLost", "no space left on device")) }
    }
}
