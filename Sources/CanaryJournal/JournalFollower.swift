/// Reads a journal that is being written, from its beginning and then on as it grows.
///
/// Each `poll` visits the records of all whole flushes that came since the last one; what a writer has not finished is left for
/// the next time.
package struct JournalFollower: ~Copyable {
    /// The journal's file.
    package let path: String

    private let limits: JournalLimits
    private var reader: FrameReader
    private var extent = JournalExtent(recordCount: 0, tornBytes: 0, validBytes: 0)
    private var total = 0

    /// - Parameter path: a journal's file, or a directory of journals, which stands for its newest run.
    package init(path: String, limits: JournalLimits = .streaming) throws(JournalError) {
        let file = try JournalReader.locate(path)
        let frames = try FrameReader(path: file, limits: limits)
        self.path = file
        self.limits = limits
        reader = frames
    }

    /// Visits new records in order, and returns how many there were. The header is the first of all.
    ///
    /// - Complexity: one read of nothing if nothing came.
    @discardableResult
    package mutating func poll(_ body: ([UInt8]) -> Void) throws(JournalError) -> Int {
        let before = extent.recordCount
        reader.forgetTail()
        while case .frame = try reader.next() {
            _ = try JournalReader.visitRecords(
                of: reader.content,
                path: path,
                limits: limits,
                extent: &extent,
                total: &total
            ) { record in
                body(record)
                return .next
            }
        }
        return extent.recordCount - before
    }
}
