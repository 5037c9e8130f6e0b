/// How fast a service uses up what its objective lets it fail.
///
/// A rate of 1 uses the budget up exactly in the objective's period. Multi-window alerts after the SRE workbook
/// (Google, 2018, chapter 5): a *fast* burn has used 2 % of the budget within the last hour and still goes on, as the
/// last 5 minutes show; a *slow* one 5 % within 6 hours, and the last 30 minutes show it. For a period of 30 days
/// these are rates of 14.4 and 6. The short window ends an alert soon after the failures end.
///
/// This is an alarm with a fixed bar, not a comparison: it is not covered by any promise on false alarms.
package struct BurnRate: Sendable, Hashable, Codable {
    /// One of the two alerts.
    package enum Alert: String, Sendable, Hashable, Codable {
        case fast
        case slow
    }

    /// What was counted over a while that ends now.
    package struct Span: Sendable, Hashable, Codable {
        /// Its length in seconds.
        package var seconds: Double
        /// How much of it the counts cover, in seconds.
        package var covered: Double
        package var requests: Double
        package var failures: Double
    }

    /// Counts over some time, e.g. of a window.
    package struct Slice: Sendable, Hashable {
        package var seconds: Double
        package var requests: Double
        package var failures: Double

        package init(seconds: Double, requests: Double, failures: Double) {
            self.seconds = seconds
            self.requests = requests
            self.failures = failures
        }
    }

    package let objective: ServiceObjective
    package let fiveMinutes: Span
    package let halfHour: Span
    package let hour: Span
    package let sixHours: Span

    /// Fewer failures than this in the longer window are no alert: of few requests a single one is a large share.
    package static let fewestFailures = 5.0

    /// - Parameter slices: what was counted, oldest first; the last one ends now. A slice that is partly in a span
    ///   counts as a whole if more than half of it is.
    package init(objective: ServiceObjective, slices: [Slice]) {
        self.objective = objective
        fiveMinutes = Self.span(300, slices)
        halfHour = Self.span(1800, slices)
        hour = Self.span(3600, slices)
        sixHours = Self.span(21_600, slices)
    }

    /// The rate over a span; nil without requests, or if the objective allows no failure at all.
    package func rate(over span: Span) -> Double? {
        let allowed = 1 - objective.success
        guard allowed > 0, span.requests > 0 else { return nil }
        return span.failures / span.requests / allowed
    }

    /// The rate at which an alert begins.
    package func threshold(of alert: Alert) -> Double {
        let period = max(objective.period.inSeconds, 0)
        switch alert {
        case .fast: return max(0.02 * period / 3600, 1)
        case .slow: return max(0.05 * period / 21_600, 1)
        }
    }

    /// The more urgent of the alerts that hold; nil if none does.
    package var alert: Alert? {
        if holds(.fast, hour, fiveMinutes) { return .fast }
        return holds(.slow, sixHours, halfHour) ? .slow : nil
    }

    private func holds(_ alert: Alert, _ long: Span, _ short: Span) -> Bool {
        guard long.failures >= Self.fewestFailures, let slowly = rate(over: long), let now = rate(over: short) else {
            return false
        }
        let bar = threshold(of: alert)
        return slowly >= bar && now >= bar
    }

    private static func span(_ seconds: Double, _ slices: [Slice]) -> Span {
        var span = Span(seconds: seconds, covered: 0, requests: 0, failures: 0)
        for slice in slices.reversed() {
            guard slice.seconds > 0, span.covered + slice.seconds / 2 <= seconds else { break }
            span.covered += slice.seconds
            span.requests += max(slice.requests, 0)
            span.failures += max(slice.failures, 0)
        }
        return span
    }
}

// MARK: Words

extension BurnRate {
    /// One sentence: the rate, over what, and what that means for the budget.
    package var sentence: String {
        let goal = "\(Phrase.percent(objective.success)) over \(Phrase.duration(objective.period.inSeconds))"
        let (long, short) = alert == .slow ? (sixHours, halfHour) : (hour, fiveMinutes)
        guard let rate = rate(over: long) else {
            return objective.success >= 1
                ? "the objective \(goal) leaves no budget to burn"
                : "no requests in the last \(Phrase.duration(long.seconds)) to hold against the objective of \(goal)"
        }
        let counts =
            "\(Phrase.count(long.failures)) of \(Phrase.count(long.requests)) requests failed in the last "
            + Phrase.duration(min(long.covered, long.seconds))
        guard let alert else {
            return "\(counts): \(Phrase.decimal(rate)) times the rate that the objective of \(goal) allows"
        }
        let bar = Phrase.decimal(threshold(of: alert))
        let now = self.rate(over: short).map { ", \(Phrase.decimal($0)) in the last \(Phrase.duration(short.seconds))" }
        let left = objective.period.inSeconds / max(rate, 1)
        return "\(counts): \(Phrase.decimal(rate)) times the rate that the objective of \(goal) allows\(now ?? "") "
            + "(alert from \(bar)); at this rate the whole budget lasts \(Phrase.duration(left))"
    }
}
