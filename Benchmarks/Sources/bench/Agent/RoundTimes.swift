import CanaryCore
import CanaryJournal
import Foundation
import Measuring

/// When the runs of an agent judged their rounds, from their journals.
struct RoundTimes {
    /// Seconds between two rounds of a run, of all runs.
    private(set) var gaps: [Double] = []
    /// Runs that judged at least one round.
    private(set) var runs = 0

    /// Reads the newest journal of each canary.
    ///
    /// - Parameters:
    ///   - journals: folders, one a canary.
    ///   - since: earlier rounds do not count.
    init(journals: [URL], since: Date) throws {
        let first = Int64(since.timeIntervalSince1970 * 1000)
        for folder in journals {
            var codec = JournalCodec()
            var isHeader = true
            var times: [Int64] = []
            try JournalReader.forEachRecord(path: folder.path) { record in
                if isHeader {
                    isHeader = false
                    _ = try? codec.decodeHeader(record)
                } else if case .event(.judged, let at)? = try? codec.decode(record),
                    at.milliseconds >= first
                {
                    times.append(at.milliseconds)
                }
                return .next
            }
            if !times.isEmpty { runs += 1 }
            gaps += zip(times.dropFirst(), times).map { Double($0 - $1) / 1000 }
        }
        gaps.sort()
    }

    /// The gap that the share of all gaps does not pass.
    func quantile(_ share: Double) -> Double {
        gaps.isEmpty ? .infinity : gaps[min(gaps.count - 1, Int(Double(gaps.count) * share))]
    }
}
