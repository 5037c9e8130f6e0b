import CanaryCore
import FoundationEssentials

/// Names of runs: the start time in UTC, so that names sort by age.
enum RunID {
    static func make(at now: Timestamp, after last: String?) -> String {
        let (days, milliseconds) = now.milliseconds.quotientAndRemainder(dividingBy: 86_400_000)
        let date = Date(timeIntervalSince1970: Double(days) * 86_400 + Double(milliseconds) / 1000)
        let stamp = date.formatted(.iso8601.dateSeparator(.omitted).timeSeparator(.omitted).time(includingFractionalSeconds: true))
        let name = stamp.map { $0 == ":" || $0 == "." ? "-" : $0 }
        let id = "run-" + String(name)
        guard let last, id <= last else { return id }
        // Two runs in one millisecond of (virtual) time, or a clock that was set back.
        return last + "-1"
    }
}
