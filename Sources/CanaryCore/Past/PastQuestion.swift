/// Which time of the past is judged, and how.
package enum PastQuestion: Sendable, Hashable {
    /// Two versions that lived side by side, in the windows of (from, to].
    case sideBySide(from: Timestamp, to: Timestamp)
    /// Only one version lived at a time: the span that ends at `before` with the one that begins at `after`.
    case beforeAfter(before: Timestamp, after: Timestamp, span: Duration)

    /// What the journal is the record of.
    package var purpose: RunHeader.Purpose {
        switch self {
        case .sideBySide: .past
        case .beforeAfter: .beforeAfter
        }
    }

    /// Why a question cannot be asked, and what to ask instead.
    package struct Fault: Error, Sendable, Hashable {
        package var message: String
        package var hint: String

        init(_ message: String, hint: String) {
            self.message = message
            self.hint = hint
        }
    }

    /// The question as far as it can be answered by now, with what was cut off.
    ///
    /// - Parameters:
    ///   - now: until when there are samples.
    ///   - interval: the length of a window.
    package func limited(to now: Timestamp, interval: Duration) throws(Fault) -> (
        question: PastQuestion, notes: [String]
    ) {
        switch self {
        case .sideBySide(let from, let to):
            guard from < now else { throw Self.ahead("--from") }
            guard from < to else {
                throw Fault("--to is not after --from", hint: "give the earlier time with --from")
            }
            let end = min(to, now)
            try Self.check(end.since(from), interval, "--from to --to")
            let notes = to > now ? ["--to lies ahead of the last samples: judged until there"] : []
            return (.sideBySide(from: from, to: end), notes)
        case .beforeAfter(let before, let after, let span):
            guard after < now else { throw Self.ahead("--after") }
            guard before <= after else {
                throw Fault(
                    "--after is earlier than --before",
                    hint: "--before ends the old time, --after begins the new one"
                )
            }
            guard span > .zero else { throw Fault("--span must be above 0s", hint: "leave it out for 1h") }
            let possible = min(span, now.since(after))
            try Self.check(possible, interval, "--span")
            let notes =
                possible < span
                ? [
                    "only \(Phrase.duration(possible.inSeconds)) have passed since --after: that long before and after is compared"
                ] : []
            return (.beforeAfter(before: before, after: after, span: possible), notes)
        }
    }

    private static func ahead(_ name: String) -> Fault {
        Fault("\(name) lies in the future", hint: "the past is judged: give a time that is over, such as -1h")
    }

    private static func check(_ length: Duration, _ interval: Duration, _ name: String) throws(Fault) {
        guard length <= mostTime else {
            throw Fault(
                "\(name) is \(Phrase.duration(length.inSeconds)), longer than 31 days",
                hint: "judge the time of one release"
            )
        }
        let windows = length.inSeconds / max(interval.inSeconds, 0.001)
        guard windows >= 1 else {
            throw Fault(
                "\(name) is shorter than one window of \(Phrase.duration(interval.inSeconds))",
                hint: "judge a longer time"
            )
        }
        guard windows <= Double(mostWindows) else {
            let seconds = (length.inSeconds / Double(mostWindows)).rounded(.up)
            throw Fault(
                "\(name) makes \(Phrase.count(windows.rounded())) windows of \(Phrase.duration(interval.inSeconds)), more than "
                    + Phrase.count(mostWindows),
                hint: "judge a shorter time, or longer windows: --set pace.interval=\(Int(max(seconds, 1)))s"
            )
        }
    }

    /// The longest time.
    package static let mostTime = Duration.seconds(31 * 86_400)
    /// The most windows of a judged time; with its history they are at most 50,000.
    package static let mostWindows = 45_000
}

extension CanarySpec {
    /// How much of the time before a judged one is read as stable's history: at most 6 hours and about 5,000 windows, at least
    /// `pace.history`.
    package func pastHistory(interval: Duration) -> Duration {
        let most = Duration.seconds(6 * 3600)
        return min(max(pace.history, min(most, interval * 5000)), most)
    }
}
