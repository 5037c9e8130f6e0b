package import CanaryCore
import CanaryStatistics

/// Recurring pieces of text.
package enum Figures {
    /// `95/5`.
    package static func split(_ weights: RouteWeights) -> String { "\(weights.stable)/\(weights.canary)" }

    /// `95/5` from the canary's share in percent.
    package static func split(percent: Double) -> String {
        "\(Phrase.decimal(100 - percent))/\(Phrase.decimal(percent))"
    }

    /// Minutes and seconds of a run: `06:42`, `1:06:42`.
    package static func clock(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds >= 0, seconds < 1e9 else { return "--:--" }
        let total = Int(seconds)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let rest = "\(two(total / 60 % 60)):\(two(total % 60))"
        return total >= 3600 ? "\(total / 3600):\(rest)" : rest
    }

    /// A moment as `2026-11-23T04:31:30.250Z`.
    package static func moment(_ at: Timestamp) -> String {
        let (days, rest) = floored(at.milliseconds, 86_400_000)
        let date = civil(days)
        func digits(_ value: Int64, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: max(width - text.count, 0)) + text
        }
        let time = "\(digits(rest / 3_600_000, 2)):\(digits(rest / 60000 % 60, 2)):\(digits(rest / 1000 % 60, 2))"
        return
            "\(digits(date.year, 4))-\(digits(date.month, 2))-\(digits(date.day, 2))T\(time).\(digits(rest % 1000, 3))Z"
    }

    /// Odds from their logarithm: `34 : 1`, or words for what nobody counts any more.
    package static func odds(_ log: Double) -> String {
        guard log > 0, log.isFinite else { return "none" }
        if log > 30 { return "over 10^13 : 1" }
        return "\(Phrase.count(Elementary.exp(log).rounded())) : 1"
    }

    /// How far evidence has come: `evidence 7 : 1, 20 : 1 is needed`, `no evidence so far, 20 : 1 is needed`.
    package static func progress(_ log: Double, of threshold: Double) -> String {
        let seen = log > 0.4 ? "evidence \(odds(log))" : "no evidence so far"
        return "\(seen), \(odds(threshold)) is needed"
    }

    /// `1 window`, `3 windows`.
    package static func plural(_ count: Int, _ word: String) -> String {
        "\(Phrase.count(count)) \(word)\(count == 1 ? "" : "s")"
    }

    private static func floored(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
        let remainder = value % divisor
        return remainder < 0 ? (value / divisor - 1, remainder + divisor) : (value / divisor, remainder)
    }

    /// The proleptic Gregorian date of a day since 1970 (years counted from March, in eras of 400).
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let (era, dayOfEra) = floored(days + 719_468, 146_097)
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shifted = (5 * dayOfYear + 2) / 153
        let month = shifted < 10 ? shifted + 3 : shifted - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shifted + 2) / 5 + 1)
    }
}
