/// Reads journals, of finished runs or of one that is being written.
///
/// A torn last flush is no error: it is what a kill leaves, and it is what a reader sees while a writer is at work.
/// Damage that good frames follow is an error that names its place; nothing is skipped silently.
package enum JournalReader {
    /// All records of a journal.
    ///
    /// - Parameter path: a journal's file, or a directory of journals, which stands for its newest run.
    package static func read(path: String, limits: JournalLimits = .whole) throws(JournalError) -> JournalContents {
        var records: [[UInt8]] = []
        let extent = try forEachRecord(path: path, limits: limits) { record in
            records.append(record)
            return .next
        }
        return JournalContents(records: records, tornBytes: extent.tornBytes, validBytes: extent.validBytes)
    }

    /// Visits the records in order, the header first, holding one frame at a time.
    ///
    /// Records before damage are visited before the error is thrown.
    ///
    /// - Parameter path: a journal's file, or a directory of journals, which stands for its newest run.
    @discardableResult
    package static func forEachRecord(
        path: String,
        limits: JournalLimits = .streaming,
        _ body: ([UInt8]) -> JournalVisit
    ) throws(JournalError) -> JournalExtent {
        let file = try locate(path)
        var reader = try FrameReader(path: file, limits: limits)
        var extent = JournalExtent(recordCount: 0, tornBytes: 0, validBytes: 0)
        var total = 0
        while true {
            switch try reader.next() {
            case .end:
                return extent
            case .torn:
                extent.tornBytes = max(0, try reader.fileBytes() - reader.offset)
                return extent
            case .frame:
                let visit = try visitRecords(
                    of: reader.content,
                    path: file,
                    limits: limits,
                    extent: &extent,
                    total: &total,
                    body
                )
                extent.validBytes = reader.offset
                if visit == .stop { return extent }
            }
        }
    }

    /// The file that a path stands for: itself, or the newest run's when it is a directory.
    package static func locate(_ path: String) throws(JournalError) -> String {
        guard try JournalDirectory.isDirectory(path) else { return path }
        guard let newest = try JournalDirectory(existing: path).runs().last else {
            throw JournalError(
                .missing,
                "there is no journal in '\(path)'",
                hint: "its files are named RUN\(JournalFile.suffix)"
            )
        }
        return newest.path
    }

    static func visitRecords(
        of content: ArraySlice<UInt8>,
        path: String,
        limits: JournalLimits,
        extent: inout JournalExtent,
        total: inout Int,
        _ body: ([UInt8]) -> JournalVisit
    ) throws(JournalError) -> JournalVisit {
        let newline = UInt8(ascii: "\n")
        var rest = content
        while !rest.isEmpty {
            guard let end = rest.firstIndex(of: newline), end > rest.startIndex else {
                throw JournalError(.corrupt, "record \(extent.recordCount + 1) of '\(path)' is empty or has no end")
            }
            let count = end - rest.startIndex
            guard count <= limits.recordBytes else {
                throw JournalError(
                    .tooLarge,
                    "record \(extent.recordCount + 1) of '\(path)' has \(count) bytes; the limit is \(limits.recordBytes)"
                )
            }
            total += count + 1 + JournalLimits.recordOverheadBytes
            guard total <= limits.totalBytes else {
                throw JournalError(
                    .tooLarge,
                    "the journal '\(path)' is too large to be read: the limit is \(limits.totalBytes) bytes",
                    cause: "it was reached at record \(extent.recordCount + 1)"
                )
            }
            let record = Array(rest[..<end])
            if extent.recordCount == 0 { try JournalSchema.check(record, path: path) }
            extent.recordCount += 1
            rest = rest[(end + 1)...]
            if body(record) == .stop { return .stop }
        }
        return .next
    }
}
