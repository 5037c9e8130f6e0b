/// The rank effect of two histograms over the same buckets (§2), for showing.
package enum MannWhitney {
    /// P(canary slower than stable) + P(same bucket)/2: one half if equal, one if every canary response is slower.
    ///
    /// - Returns: `nil` if a version has no responses or the histograms differ in length.
    package static func theta(stable: [Double], canary: [Double]) -> Double? {
        guard stable.count == canary.count else { return nil }
        let n1 = stable.reduce(0) { $0 + $1.asCount }
        let n2 = canary.reduce(0) { $0 + $1.asCount }
        guard n1 > 0, n2 > 0 else { return nil }
        var below = 0.0
        var theta = 0.0
        for (left, right) in zip(stable, canary) {
            let share = left.asCount / n1
            theta += right.asCount / n2 * (below + share / 2)
            below += share
        }
        return theta
    }
}
