/// What a journal needs from the file under it.
///
/// A seam for tests that fill the disk at a chosen byte. An implementation is used by one writer at a time.
package protocol JournalStorage: Sendable {
    /// Writes all bytes at a position. After an error any part of them may have been written.
    func write(_ bytes: [UInt8], at offset: Int) throws(SystemFailure)

    /// Cuts the file to a length.
    func truncate(to length: Int) throws(SystemFailure)

    /// Returns when everything written is durable.
    func synchronize() throws(SystemFailure)

    /// Lets another writer have the file. Nothing is written after it.
    func release()
}
