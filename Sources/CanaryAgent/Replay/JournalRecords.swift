import CanaryCore
import CanaryJournal

/// The records of a journal for whoever decodes them: one wording wherever one cannot be read.
enum JournalRecords {
    /// Visits the records of a journal.
    ///
    /// - Parameter path: a journal's file, or a folder of journals, which stands for its newest run.
    /// - Throws: `JournalError` if the file cannot be read; `AgentError` if a record cannot; what else `body` throws.
    @discardableResult
    static func forEach(
        path: String,
        _ body: ([UInt8]) throws -> JournalVisit
    ) throws -> (extent: JournalExtent, file: String) {
        let file = try JournalReader.locate(path)
        var number = 0
        var failure: (any Error)?
        let extent = try JournalReader.forEachRecord(path: file) { record in
            number += 1
            do {
                return try body(record)
            } catch {
                failure = error
                return .stop
            }
        }
        if let error = failure as? JournalError { throw AgentError(error, record: number, of: file) }
        if let failure { throw failure }
        return (extent, file)
    }
}

extension AgentError {
    /// A record that was read and cannot be decoded; the first one is the header.
    init(_ error: JournalError, record: Int, of file: String) {
        let what = record == 1 ? "the header" : "record \(record)"
        self.init(
            "\(what) of the journal \(file) cannot be read",
            cause: error.cause ?? error.message,
            hint: error.hint,
            exitCode: .usage
        )
    }
}
