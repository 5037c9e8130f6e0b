/// Where a run is written down before anything is acted upon.
package protocol JournalSink: Sendable {
    /// Appends an entry; it is durable after the next `flush`.
    func append(_ entry: JournalEntry) async throws(JournalFailure)

    /// Makes everything appended so far survive a crash.
    func flush() async throws(JournalFailure)
}

/// The journal cannot be written.
package struct JournalFailure: Error, Sendable, Hashable {
    package var reason: Reason

    package init(_ reason: Reason) {
        self.reason = reason
    }
}
