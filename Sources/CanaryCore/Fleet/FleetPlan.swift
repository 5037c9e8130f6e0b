package import CanaryTelemetry

/// Which windows of a fleet are read at one look, and which of them are new to whom.
package struct FleetPlan: Sendable, Hashable {
    package struct Options: Sendable, Hashable {
        /// The length of a window; at least the scrape interval.
        package var step: Duration
        /// What is read before the first window of a service that was never looked at.
        package var history: Duration
        /// What is new to a service that was never looked at.
        package var firstLook: Duration
        /// New windows are at most so old; what is older is left out, and said to be.
        package var longest: Duration
        /// More windows than this make longer ones.
        package var mostWindows: Int
        /// How far behind the present questions are asked.
        package var delay: Duration

        package init(
            step: Duration = .seconds(60),
            history: Duration = .seconds(30 * 60),
            firstLook: Duration = .seconds(10 * 60),
            longest: Duration = .seconds(24 * 3600),
            mostWindows: Int = 240,
            delay: Duration = .seconds(5)
        ) {
            self.step = step
            self.history = history
            self.firstLook = firstLook
            self.longest = longest
            self.mostWindows = mostWindows
            self.delay = delay
        }
    }

    package let grid: FleetGrid
    package let notes: [String]
    private let firstLook: Int64
    private let longest: Int64
    private let history: Int64

    /// - Parameter since: until when each service was looked at before; nil for never.
    package init(since: [Timestamp?], now: Timestamp, options: Options = Options()) {
        let base = min(max(options.step.wholeMilliseconds, 1000), 86_400_000)
        let limit: Int64 = 32 * 86_400_000
        longest = min(max(options.longest.wholeMilliseconds, base), limit)
        firstLook = min(max(options.firstLook.wholeMilliseconds, base), longest)
        history = min(max(options.history.wholeMilliseconds, 0), limit)
        let (behind, overflow) = now.milliseconds.subtractingReportingOverflow(max(options.delay.wholeMilliseconds, 0))
        // Times outside of this are no times: year 1970 to 2286.
        let end = overflow ? 0 : min(max(behind, 0), 9_999_999_999_999) / base * base

        var notes: [String] = []
        var oldest = end
        var (late, early) = (0, 0)
        for moment in since {
            guard let moment = moment?.milliseconds else {
                oldest = min(oldest, end - firstLook - history)
                continue
            }
            if moment < end - longest { late += 1 }
            if moment > end { early += 1 }
            oldest = min(oldest, max(min(moment, end), end - longest))
        }
        if late > 0 {
            let limit = Phrase.duration(Double(longest) / 1000)
            notes.append(
                "\(Phrase.count(late)) services were looked at more than \(limit) ago: what they did before is not judged"
            )
        }
        if early > 0 {
            notes.append(
                "\(Phrase.count(early)) services were looked at until later than now: nothing is new about them"
            )
        }
        let windows = (end - oldest) / base
        let most = Int64(max(options.mostWindows, 1))
        let factor = max((windows + most - 1) / most, 1)
        if factor > 1 {
            notes.append(
                "windows of \(Phrase.duration(Double(base * factor) / 1000)) in place of "
                    + "\(Phrase.duration(Double(base) / 1000)), because the last look was long ago"
            )
        }
        grid = FleetGrid(from: oldest, to: end, step: base * factor)
        self.notes = notes
    }

    /// Until when telemetry is read.
    package var end: Timestamp { Timestamp(milliseconds: grid.end) }

    /// The length of a window in seconds.
    package var seconds: Double { Double(grid.step) / 1000 }

    /// The windows that are a service's history, and those that are new to it. One that was looked at before has the
    /// history that others happen to need.
    package func windows(since: Timestamp?) -> (history: Range<Int>, new: Range<Int>) {
        let begin = max(min(since?.milliseconds ?? grid.end - firstLook, grid.end), grid.end - longest)
        let ahead = begin - (grid.end(ofWindow: 0) - grid.step)
        let first = min(max(Int((ahead + grid.step - 1) / grid.step), 0), grid.windows)
        let before = min(Int(history / grid.step), first)
        return (first - before..<first, first..<grid.windows)
    }
}
