/// How much traffic there is, and how much of it one stable pod has carried before the run touched anything.
package struct LoadMemory: Sendable, Hashable, Codable {
    /// The most requests a second that a ready stable pod carried in a window before the first step; nil if no window told.
    package private(set) var peakPerPod: Double?
    /// The most that a ready canary pod carried in any window.
    package private(set) var peakPerCanaryPod = 0.0
    /// Requests a second of both versions together, in the last usable window.
    package private(set) var demand = 0.0
    private var previous = Answers()
    private var last = Answers()

    private struct Answers: Sendable, Hashable, Codable {
        var requests = 0
        var failures = 0
    }

    package init() {}

    /// Learns from a usable window.
    ///
    /// - Parameters:
    ///   - readyStable: the number of ready stable pods, while nothing has been changed yet.
    ///   - readyCanary: the number of ready canary pods.
    mutating func learn(_ window: Rollout.WindowSummary, readyStable: Int?, readyCanary: Int?) {
        guard window.isUsable, window.seconds.isFinite, window.seconds > 0 else { return }
        let stable = Double(max(window.stableRequests, 0)) / window.seconds
        let canary = Double(max(window.canaryRequests, 0)) / window.seconds
        demand = stable + canary
        previous = last
        last = Answers(requests: max(window.canaryRequests, 0), failures: max(window.canaryFailures, 0))
        if let readyStable, readyStable > 0 { peakPerPod = max(peakPerPod ?? 0, stable / Double(readyStable)) }
        if let readyCanary, readyCanary > 0 { peakPerCanaryPod = max(peakPerCanaryPod, canary / Double(readyCanary)) }
    }

    /// Whether the canary fails nearly everything, so that nothing is lost by sending its requests to a crowded stable.
    var isCanaryDead: Bool {
        let requests = Double(previous.requests) + Double(last.requests)
        let failures = Double(previous.failures) + Double(last.failures)
        return requests >= AbsoluteGuard.leastRequests && failures >= 0.9 * requests
    }

    /// The canary pods needed to carry a share (0...1) of the demand, if each may carry `factor` times the peak of a stable pod,
    /// or what one of them has carried already; nil if nothing is known.
    func canaryPods(for share: Double, factor: Double) -> Int? {
        peakPerPod.flatMap { Self.pods(for: share * demand, each: max($0 * factor, peakPerCanaryPod)) }
    }

    /// The stable pods needed to carry the whole demand, at the load of before the run; nil if nothing is known.
    var stablePods: Int? { peakPerPod.flatMap { Self.pods(for: demand, each: $0) } }

    private static func pods(for load: Double, each: Double) -> Int? {
        guard each > 0, load > 0 else { return nil }
        let pods = (load / each - 1e-9).rounded(.up)
        return pods.isFinite && pods < 1e6 ? max(Int(pods), 0) : 1_000_000
    }

    /// The share of the demand, 0...1, that so many stable pods have shown to carry; nil if nothing is known.
    func share(carriedBy pods: Int) -> Double? {
        guard let peakPerPod, peakPerPod > 0, demand > 0 else { return nil }
        return min(Double(max(pods, 0)) * peakPerPod / demand, 1)
    }
}
