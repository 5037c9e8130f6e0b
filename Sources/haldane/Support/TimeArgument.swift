import CanaryCore
import CanaryYAML
import Foundation

/// Moments on the command line.
enum TimeArgument {
    static var now: Timestamp { Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000)) }

    /// What to say of an option whose text is no moment; nil if it is one.
    static func fault(_ option: String, _ text: String) -> String? {
        guard moment(text, now: Timestamp(milliseconds: 0)) == nil else { return nil }
        return "\(option) '\(text)' is not a time: 2026-11-22T14:00Z with a zone, now, or -2h30m."
    }

    /// `now`, `-2h`, or a time with its zone.
    static func moment(_ text: String, now: Timestamp) -> Timestamp? {
        if text == "now" { return now }
        if text.hasPrefix("-"), let ago = SpecSyntax.duration(String(text.dropFirst())) {
            return now.advanced(by: .zero - ago)
        }
        return Timestamp(iso8601: text)
    }
}
