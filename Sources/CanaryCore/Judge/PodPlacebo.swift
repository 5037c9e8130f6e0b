import CanaryStatistics

/// The worst that a single stable pod has shown in two successive windows: every stable pod is a placebo canary.
///
/// A canary has few pods, so one pod's episode weighs on it as much as it does on a stable pod alone. Twice the worst episode is
/// allowed for, as in the statistics reference, section 8.2, where an unseen one may be at least twice as large.
struct PodPlacebo: Sendable, Hashable, Codable {
    private var previous: [String: Finding.Tally] = [:]
    private var worstShare = 0.0

    /// Feeds the stable pods of a window, of the history too. A lone pod is no placebo: it is the stable version.
    mutating func feed(_ pods: [PodCounts]) {
        guard pods.count > 1 else {
            previous = [:]
            return
        }
        var now: [String: Finding.Tally] = [:]
        for pod in pods.prefix(Self.limit) {
            let before = previous[pod.name] ?? Finding.Tally(events: 0, requests: 0)
            let events = before.events + pod.failures
            let requests = before.requests + pod.requests
            if requests >= AbsoluteGuard.leastRequests { worstShare = max(worstShare, events / requests) }
            now[pod.name] = Finding.Tally(events: pod.failures, requests: pod.requests)
        }
        previous = now
    }

    /// A bar that no placebo would have reached by half; never so high that a dead canary passes.
    func raised(_ bar: Double) -> Double {
        max(bar, min(2 * worstShare, Self.dead))
    }

    private static let dead = 0.9
    private static let limit = 10_000
}
