import CanaryStatistics

/// Rolls back a canary that plainly fails, however little is known of the stable version's past.
///
/// Fires when the last two windows together hold at least 20 canary requests, the share of failures among them is above the
/// bar, and the stable version's share is below half of the bar. Without stable requests, as at 100 %, the last share that
/// twenty of them gave is taken. It stands outside of the promise on false rollbacks.
///
/// The canary's bar is raised to twice the worst that a single stable pod has shown (see `PodPlacebo`), at most to 90 %: without
/// that, an equal canary of one or two pods is rolled back by the first episode of one of them.
package struct AbsoluteGuard: Sendable, Hashable, Codable {
    private struct Counts: Sendable, Hashable, Codable {
        var stable = Finding.Tally(events: 0, requests: 0)
        var canary = Finding.Tally(events: 0, requests: 0)
    }

    /// The bar, 0...1; nil turns the guard off.
    private let bar: Double?
    private var previous = Counts()
    /// Stable's share of failures when it last had enough requests; it stands in when stable gets none, as at 100 %.
    private var lastStableShare = 0.0
    private var placebo = PodPlacebo()

    package init(bar: Double?) {
        self.bar = bar
    }

    /// Whether a decoded guard is one of these rules.
    func isSound(_ rules: JudgeRules) -> Bool { bar == rules.absoluteErrors }

    /// Learns from the stable pods of a window what a single pod may show; before `feed` of that window.
    mutating func learn(_ stablePods: [PodCounts]) {
        placebo.feed(stablePods)
    }

    /// Feeds one window and says why to roll back, if so.
    package mutating func feed(stable: Finding.Tally, canary: Finding.Tally) -> Reason? {
        let now = Counts(stable: stable, canary: canary)
        let stableEvents = previous.stable.events + stable.events
        let stableRequests = previous.stable.requests + stable.requests
        defer {
            previous = now
            if stableRequests >= Self.leastRequests { lastStableShare = stableEvents / stableRequests }
        }
        guard let bar else { return nil }

        let requests = previous.canary.requests + canary.requests
        guard requests >= Self.leastRequests else { return nil }
        let share = (previous.canary.events + canary.events) / requests
        let stableShare = stableRequests > 0 ? stableEvents / stableRequests : lastStableShare
        let raised = placebo.raised(bar)
        guard share > raised, stableShare < bar / 2 else { return nil }

        return Reason(
            "absolute",
            "the canary failed \(Phrase.percent(share)) of its last \(Phrase.count(requests)) requests, above the absolute bar of "
                + "\(Phrase.percent(raised)), while stable failed \(Phrase.percent(stableShare))"
        )
    }

    static let leastRequests = 20.0
}
