import CanaryCore
import CanaryJournal
package import CanaryReport

/// A journal's row for the list of past runs, read without judging anything again.
package struct JournalRow: Sendable, Hashable {
    /// What is known; nil if the journal does not even say whose it is.
    package var row: HistoryRow?
    /// Why it cannot be read to its end; nil if it can.
    package var fault: String?
    package var tornBytes: Int

    package init(path: String) {
        var codec = JournalCodec()
        var fold: HistoryFold?
        var number = 0
        var fault: String?
        tornBytes = 0
        do {
            let extent = try JournalReader.forEachRecord(path: path) { record in
                number += 1
                do {
                    guard fold != nil else {
                        fold = try codec.decodeHeader(record).map { HistoryFold(header: $0) }
                        if fold == nil { fault = "its first write was cut off before the run began" }
                        return fold == nil ? .stop : .next
                    }
                    switch RecordKind(record, skipsPopulation: fold?.hasRelease ?? false) {
                    case .judged(let at): fold?.judged(at: at)
                    case .skipped: break
                    case .other: fold?.add(try codec.decode(record))
                    }
                    return .next
                } catch {
                    fault = "record \(number) cannot be read by this Haldane"
                    return .stop
                }
            }
            tornBytes = extent.tornBytes
            if number == 0 { fault = "its first write was cut off before the run began" }
        } catch {
            fault = error.cause.map { "\(error.message): \($0)" } ?? error.message
        }
        row = fold?.row
        self.fault = fault
    }
}

/// What a record is, from its first bytes: most records are verdicts, which take long to decode and say nothing for a row.
private enum RecordKind {
    case judged(at: Timestamp)
    case skipped
    case other

    init(_ record: [UInt8], skipsPopulation: Bool) {
        self = .other
        guard record.starts(with: Self.begin) else { return }
        var milliseconds: Int64 = 0
        var position = Self.begin.count
        while position < record.count, (0x30...0x39).contains(record[position]) {
            let (product, overflow) = milliseconds.multipliedReportingOverflow(by: 10)
            let (sum, carried) = product.addingReportingOverflow(Int64(record[position] - 0x30))
            guard !overflow, !carried else { return }
            milliseconds = sum
            position += 1
        }
        let rest = record[position...]
        if rest.starts(with: Self.judged) {
            self = .judged(at: Timestamp(milliseconds: milliseconds))
        } else if skipsPopulation, rest.starts(with: Self.population) {
            self = .skipped
        }
    }

    private static let begin = Array(#"{"at":"#.utf8)
    private static let judged = Array(#","event":{"judged":"#.utf8)
    private static let population = Array(#","event":{"input":{"_0":{"population":"#.utf8)
}
