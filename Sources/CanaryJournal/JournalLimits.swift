/// Bounds on what is written into a journal and accepted from one.
///
/// A journal may come from anywhere, so its sizes are not trusted: a frame that expands beyond `frameBytes` is refused
/// by its header, before anything is allocated for it.
package struct JournalLimits: Sendable, Hashable {
    /// The most bytes in one record, without its newline.
    package private(set) var recordBytes: Int
    /// The most bytes in one frame after decompression.
    package private(set) var frameBytes: Int
    /// The most that may be read from one journal, in decompressed bytes plus 64 for each record.
    package private(set) var totalBytes: Int

    /// What a writer gathers before it flushes by itself; only a single larger record makes a larger frame.
    var bufferBytes: Int { min(frameBytes, 1 << 20) }

    /// The largest frame that the format allows.
    static let largestFrameBytes = 8 << 20
    /// What a record is charged on top of its bytes, so that millions of tiny ones are bounded as well.
    static let recordOverheadBytes = 64

    /// Limits for readers that keep all records: 256 MiB in total.
    package static let whole = JournalLimits(totalBytes: 256 << 20)
    /// Limits for readers that look at one record at a time: 64 GiB in total.
    package static let streaming = JournalLimits(totalBytes: 64 << 30)

    /// Limits no larger than the format's: 8 MiB a frame, and a record always fits into a frame.
    package init(recordBytes: Int = 4 << 20, frameBytes: Int = 8 << 20, totalBytes: Int) {
        self.frameBytes = min(max(frameBytes, 2), Self.largestFrameBytes)
        self.recordBytes = min(max(recordBytes, 1), self.frameBytes - 1)
        self.totalBytes = max(totalBytes, 0)
    }
}
