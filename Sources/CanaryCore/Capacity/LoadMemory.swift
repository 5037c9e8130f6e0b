/// How much traffic there is, and how much of it a stable pod stands for, as seen before the run touched anything.
///
/// Stable as it was is taken to be able to carry everything: that is where a run begins, and where a rollback ends. So the load of one
/// pod is all of the traffic over the ready stable pods of that time, whatever share they had.
package struct LoadMemory: Sendable, Hashable, Codable {
    /// Requests a second of both versions together, smoothed over about six windows.
    package private(set) var demand: Double?
    /// Requests a second that stood for one ready stable pod before the first step, smoothed in the same way.
    package private(set) var perPod: Double?
    /// The most ready stable pods that were seen before the first step: with as many, stable has not shrunk.
    package private(set) var podsBefore = 0
    private var previous = Answers()
    private var last = Answers()

    private struct Answers: Sendable, Hashable, Codable {
        var requests = 0
        var failures = 0
    }

    package init() {}

    /// Learns from a usable window; `readyStable` is the number of ready stable pods, while nothing has been changed yet.
    mutating func learn(_ window: Rollout.WindowSummary, readyStable: Int?) {
        guard window.isUsable, window.seconds.isFinite, window.seconds > 0 else { return }
        let rate = (Double(max(window.stableRequests, 0)) + Double(max(window.canaryRequests, 0))) / window.seconds
        demand = Self.smoothed(demand, rate)
        previous = last
        last = Answers(requests: max(window.canaryRequests, 0), failures: max(window.canaryFailures, 0))
        guard let readyStable, readyStable > 0 else { return }
        perPod = Self.smoothed(perPod, rate / Double(readyStable))
        podsBefore = max(podsBefore, readyStable)
    }

    /// Whether the canary fails nearly everything, so that nothing is lost by sending its requests to a crowded stable.
    var isCanaryDead: Bool {
        let requests = Double(previous.requests) + Double(last.requests)
        let failures = Double(previous.failures) + Double(last.failures)
        return requests >= AbsoluteGuard.leastRequests && failures >= 0.9 * requests
    }

    /// The share of the demand, 0...1, that so many stable pods carry at a quarter more than the load of before the run: all of it if
    /// there are as many as then, however much the traffic has grown. Nil if nothing is known.
    ///
    /// A quarter, because an autoscaler tolerates a tenth: with less it would never see that pods are missing.
    func share(carriedBy pods: Int) -> Double? {
        guard let perPod, let demand, perPod > 0, demand > 0 else { return nil }
        guard pods < podsBefore else { return 1 }
        return min(Double(max(pods, 0)) * perPod * Self.headroom / demand, 1)
    }

    /// The pods needed to carry a share (0...1) of the demand, if each may carry `factor` times the load of a stable pod before the
    /// run; nil if nothing is known.
    func pods(for share: Double, factor: Double) -> Int? {
        guard let perPod, let demand, perPod > 0, demand > 0 else { return nil }
        let pods = (share * demand / (perPod * factor * Self.slack) - 1e-9).rounded(.up)
        return pods.isFinite && pods < 1e6 ? max(Int(pods), 0) : 1_000_000
    }

    private static func smoothed(_ before: Double?, _ now: Double) -> Double {
        before.map { $0 + (now - $0) / 6 } ?? now
    }

    /// A tenth more than seen is noise of the counts, not overload.
    private static let slack = 1.1
    private static let headroom = 1.25
}
