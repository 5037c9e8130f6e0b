import CanaryStatistics

/// Proof from request counts that a written weight is in force.
///
/// After settle, and at least two rounds, the counts are tested with the beta-binomial sequence of the statistics reference,
/// section 7, at alpha 0.001: *proved* if the new weight is inside the interval and the previous one outside; a move is proved if
/// the share before it is outside, on the right side. The test ends with the proof; a later change of the weights shows in the route itself.
package struct SplitProof: Sendable, Hashable, Codable {
    package enum Status: String, Sendable, Hashable, Codable {
        case settling
        case testing
        case proved
        /// The written weight is outside of the interval.
        case contradicted
    }

    /// What has to be shown.
    package enum Claim: Sendable, Hashable, Codable {
        /// The share is `to`, and no longer `from` (0...1).
        case share(from: Double, to: Double)
        /// The share has moved up, or down, from `from` (0...1): all that can be said where comparability is assumed.
        case moved(from: Double, isUp: Bool)
        /// Nothing was changed, and comparability is assumed: there is nothing to show.
        case unchanged
    }

    package let claim: Claim
    package private(set) var status: Status
    package private(set) var stable = 0
    package private(set) var canary = 0
    private var rounds = 0

    package init(_ claim: Claim) {
        self.claim = claim
        status = .settling
    }

    package var isProved: Bool { status == .proved }

    /// The canary's observed share since settle, or nil without requests.
    package var observedShare: Double? {
        let total = Double(stable) + Double(canary)
        return total > 0 ? Double(canary) / total : nil
    }

    /// Feeds a usable window; `isSettled` tells whether it began after settle.
    package mutating func observe(stable: Int, canary: Int, isSettled: Bool) {
        if status == .proved {
            // The next claim starts from the share observed here, so that it has to be more than a first glance.
            if case .moved = claim { add(stable: stable, canary: canary) }
            return
        }
        rounds += 1
        guard isSettled, rounds > Self.leastRounds else { return }
        add(stable: stable, canary: canary)
        status = tested()
    }

    private func tested() -> Status {
        switch claim {
        case .unchanged:
            return .proved
        case .share(let from, let to):
            // A few requests that were under way do not contradict a weight of 0 or 100 %.
            let edge = min(Self.edge, (to - from).magnitude / 4)
            guard logE(to, edge: edge) < Self.threshold else { return .contradicted }
            return logE(from, edge: edge) >= Self.threshold ? .proved : .testing
        case .moved(let from, let isUp):
            guard let share = observedShare, Double(stable) + Double(canary) >= Self.leastRequests else {
                return .testing
            }
            if isUp, from <= 0 { return canary >= Self.leastCanaryRequests ? .proved : .testing }
            guard logE(from, edge: 0) >= Self.threshold else { return .testing }
            return (isUp ? share > from : share < from) ? .proved : .contradicted
        }
    }

    private mutating func add(stable: Int, canary: Int) {
        self.stable = Self.sum(self.stable, stable)
        self.canary = Self.sum(self.canary, canary)
    }

    private static func sum(_ total: Int, _ count: Int) -> Int {
        let (sum, overflow) = total.addingReportingOverflow(max(count, 0))
        return overflow ? .max : sum
    }

    /// Evidence against a share; shares within `edge` of 0 or 1 are contradicted only from `edge` on.
    private func logE(_ share: Double, edge: Double) -> Double {
        guard let observed = observedShare else { return 0 }
        let tolerated = min(max(share, edge), 1 - edge)
        if share < edge, observed <= tolerated { return 0 }
        if share > 1 - edge, observed >= tolerated { return 0 }
        return BetaBinomial.logE(
            successes: Double(canary),
            trials: Double(stable) + Double(canary),
            share: tolerated,
            mass: Self.mass
        )
    }

    private static let threshold = Elementary.log(1000)
    private static let mass = 20.0
    private static let edge = 0.005
    private static let leastRounds = 1
    private static let leastRequests = 50.0
    private static let leastCanaryRequests = 5
}
