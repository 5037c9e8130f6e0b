package import CanaryCore
import FoundationEssentials

/// Names of runs: the start time in UTC, so that names sort by age, as in `run-20260101T003000-250`.
package enum RunID {
    /// A name after `last`, which is the newest name so far.
    package static func make(at now: Timestamp, after last: String?) -> String {
        let seconds = Double(now.milliseconds) / 1000
        let stamp = Date(timeIntervalSince1970: seconds).formatted(
            .iso8601.year().month().day().dateSeparator(.omitted).time(includingFractionalSeconds: false)
                .timeSeparator(.omitted).dateTimeSeparator(.standard)
        )
        let fraction = String(1000 + abs(now.milliseconds % 1000)).dropFirst()
        let id = "run-\(stamp)-\(fraction)"
        guard let last, id <= last else { return id }
        // Two runs in one millisecond of (virtual) time, or a clock that was set back.
        return successor(of: last)
    }

    /// The least name after `last` that ends with a count of four digits.
    private static func successor(of last: String) -> String {
        if let dash = last.lastIndex(of: "-") {
            let digits = last[last.index(after: dash)...]
            let isCount = digits.utf8.count == 4 && digits.utf8.allSatisfy { (0x30...0x39).contains($0) }
            if isCount, let count = Int(digits), count < 9999 {
                return "\(last[..<dash])-\(String(10_001 + count).dropFirst())"
            }
        }
        return last + "-0001"
    }
}
