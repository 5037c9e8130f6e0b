/// Whether a run's stable version itself burns its error budget faster than the policy bears: then is no time to change anything.
///
/// An alarm with a fixed bar, not a comparison. It begins at the policy's rate and ends below half of it, so that it does not
/// flicker; of few requests or failures nothing is said.
package struct StableBurn: Sendable, Hashable, Codable {
    package let objective: CanaryPolicy.StableObjective
    /// Counts of the last while, oldest first.
    private var slices: [Slice] = []
    package private(set) var isBurning = false

    private struct Slice: Sendable, Hashable, Codable {
        var from: Timestamp
        var to: Timestamp
        var requests: Double
        var failures: Double
    }

    /// Fewer requests than this say nothing.
    package static let fewestRequests = 100.0

    package init(_ objective: CanaryPolicy.StableObjective) {
        self.objective = objective
    }

    /// Takes the counts of a window of the stable version that ended at `now`; of an unusable window nothing should be given.
    package mutating func observe(requests: Int, failures: Int, seconds: Double, at now: Timestamp) {
        let span = max(objective.over, .seconds(1))
        let requests = Double(max(requests, 0))
        let failures = min(Double(max(failures, 0)), requests)
        // A thirtieth of the time in one slice: the memory is bounded, however short windows are.
        if let last = slices.last, now.since(last.from) < span / 30, now >= last.from {
            slices[slices.count - 1].to = now
            slices[slices.count - 1].requests += requests
            slices[slices.count - 1].failures += failures
        } else {
            let length = Duration.milliseconds(Int64((seconds.isFinite ? min(max(seconds, 0), 3600) : 0) * 1000))
            slices.append(
                Slice(from: now.advanced(by: .zero - length), to: now, requests: requests, failures: failures)
            )
        }
        // The middle of a slice decides, and a clock that was put back forgets what is ahead.
        slices.removeAll { now.since($0.to) > span || $0.from > now }
        if slices.count > 64 { slices.removeFirst(slices.count - 64) }
        decide()
    }

    /// Why steps up wait; nil if they need not. The text changes only when the burn begins or ends.
    package var reason: Reason? {
        guard isBurning else { return nil }
        let goal = Phrase.percent(objective.success)
        let bar = Phrase.decimal(objective.burnRate)
        return Reason(
            "stable-burning",
            "stable itself fails its objective of \(goal): it spends its error budget more than \(bar) times as fast as allowed "
                + "over \(Phrase.duration(objective.over.inSeconds))"
        )
    }

    /// How many times faster than allowed the budget is spent at present; nil if too few requests say anything.
    package var rate: Double? {
        let allowed = 1 - objective.success
        let requests = slices.reduce(0) { $0 + $1.requests }
        guard allowed > 0, requests >= Self.fewestRequests else { return nil }
        return slices.reduce(0) { $0 + $1.failures } / requests / allowed
    }

    private mutating func decide() {
        let failures = slices.reduce(0) { $0 + $1.failures }
        guard let rate, failures >= BurnRate.fewestFailures else {
            isBurning = false
            return
        }
        isBurning = rate >= (isBurning ? objective.burnRate / 2 : objective.burnRate)
    }
}
