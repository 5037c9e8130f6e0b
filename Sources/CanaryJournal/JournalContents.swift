/// A journal's records, and what its end looked like.
package struct JournalContents: Sendable, Hashable {
    /// All records in order, without newlines; the first one is the header.
    ///
    /// Empty only when the flush that held the header is itself torn.
    package var records: [[UInt8]]
    /// Bytes at the end that do not make a whole flush; 0 for a clean end.
    package var tornBytes: Int
    /// Bytes of the file up to the end of its last good flush.
    package var validBytes: Int

    package init(records: [[UInt8]], tornBytes: Int, validBytes: Int) {
        self.records = records
        self.tornBytes = tornBytes
        self.validBytes = validBytes
    }
}

/// How far a journal could be read.
package struct JournalExtent: Sendable, Hashable {
    /// How many records were visited, with the header.
    package var recordCount: Int
    /// Bytes at the end that do not make a whole flush; 0 for a clean end, or when the visit was stopped before it.
    package var tornBytes: Int
    /// Bytes of the file up to the end of the last good flush that was read.
    package var validBytes: Int
}

/// What to do after a record was visited.
package enum JournalVisit: Sendable, Hashable {
    case next
    case stop
}
