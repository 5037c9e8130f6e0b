/// Which of many rollouts may be called regressions together (§9).
///
/// The e-BH procedure of Wang and Ramdas (*False discovery rate control with e-values*, 2022): the expected part of
/// wrong ones among those named is at most `rate`, however the rollouts depend on each other.
package enum FalseDiscovery {
    /// The places of the e-values that are rejected, the largest first.
    ///
    /// Of K e-values the k largest are rejected for the largest k at which the k-th is at least K / (k × rate).
    ///
    /// - Parameters:
    ///   - logEs: one log e-value a rollout. NaN is never rejected.
    ///   - rate: tolerated part of wrong rejections, above zero.
    package static func rejected(logEs: [Double], rate: Double) -> [Int] {
        let order = logEs.indices.filter { logEs[$0] == logEs[$0] }.sorted { a, b in
            logEs[a] == logEs[b] ? a < b : logEs[a] > logEs[b]
        }
        var count = 0
        for (place, index) in order.enumerated() {
            let needed = Elementary.log(Double(logEs.count) / (Double(place + 1) * rate))
            if logEs[index] >= needed {
                count = place + 1
            }
        }
        return Array(order.prefix(count))
    }
}
