/// Appends records to a run's journal: buffered, then one frame a flush.
///
/// What was flushed survives a kill at any moment and a loss of power. What was only appended does not, so the driver
/// flushes its intent before it acts on it. Records that are appended but not flushed are lost when the writer goes.
package actor JournalWriter {
    /// The journal's file.
    package nonisolated let path: String

    private let limits: JournalLimits
    private var frames: FrameAppender
    private var pending: [UInt8] = []
    private var isClosed = false

    /// A writer over any storage, for tests; `JournalDirectory` makes those over files.
    ///
    /// - Parameter validBytes: where the storage's last good frame ends.
    package init(
        path: String,
        storage: any JournalStorage,
        validBytes: Int,
        limits: JournalLimits = .streaming
    ) throws(JournalError) {
        self.path = path
        self.limits = limits
        frames = try FrameAppender(path: path, storage: storage, end: validBytes)
    }

    init(path: String, frames: consuming FrameAppender) {
        self.path = path
        limits = .streaming
        self.frames = frames
    }

    /// Bytes that wait for the next flush: at most 1 MiB, or one record that is larger.
    package var pendingBytes: Int { pending.count }

    /// Bytes of the file up to the end of its last good flush.
    package var validBytes: Int { frames.end }

    /// Takes one record: bytes without a newline, at least one, at most `JournalLimits.recordBytes`.
    ///
    /// Flushes by itself when the buffer is full, and then throws what that flush throws, without taking the record.
    package func append(_ record: [UInt8]) throws(JournalError) {
        try refuseIfClosed()
        try Self.checkRecord(record, limits: limits)
        if pending.count + record.count + 1 > limits.bufferBytes { try flush() }
        pending += record
        pending.append(UInt8(ascii: "\n"))
    }

    /// Writes what was appended since the last flush as one frame and waits until it is durable. Does nothing when
    /// nothing was appended.
    ///
    /// After an error the file ends with its last good frame, and the records stay: a later flush writes them.
    package func flush() throws(JournalError) {
        try refuseIfClosed()
        guard !pending.isEmpty else { return }
        try frames.append(pending)
        pending.removeAll(keepingCapacity: pending.count <= limits.bufferBytes)
    }

    /// Flushes, ends the writer's work, and lets another writer have the file.
    ///
    /// A second close does nothing; after an error it may be tried again.
    package func close() throws(JournalError) {
        guard !isClosed else { return }
        try flush()
        isClosed = true
        frames.release()
    }

    static func checkRecord(_ record: [UInt8], limits: JournalLimits) throws(JournalError) {
        guard !record.isEmpty, !record.contains(UInt8(ascii: "\n")) else {
            throw JournalError(.invalidRecord, "a journal record must not be empty or hold a newline")
        }
        guard record.count <= limits.recordBytes else {
            throw JournalError(
                .tooLarge,
                "a journal record has \(record.count) bytes, and the limit is \(limits.recordBytes)"
            )
        }
    }

    private func refuseIfClosed() throws(JournalError) {
        if isClosed { throw JournalError(.closed, "the journal '\(path)' was closed") }
    }
}
