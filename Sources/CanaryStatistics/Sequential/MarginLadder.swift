/// The error margins of the steps (§5): moving to the next weight may add at most the budget to the whole service.
package enum MarginLadder {
    /// The canary share that each margin has to be good for.
    ///
    /// One for each step but the last: the next step's share. If the last step leaves the stable version some traffic,
    /// staying there for good needs a margin of its own. There is always at least one.
    package static func shares(steps: [Double]) -> [Double] {
        var shares = Array(steps.dropFirst())
        if let last = steps.last, last < 1 {
            shares.append(last)
        }
        if shares.isEmpty {
            shares = [1]
        }
        return shares.map { share in share > 1e-6 ? min(share, 1) : 1e-6 }
    }

    /// The difference of failure shares that is tolerable at a canary share: min(cap, budget / share).
    package static func errorDelta(share: Double, budget: Double, cap: Double = 0.02) -> Double {
        min(cap, budget / share)
    }
}
