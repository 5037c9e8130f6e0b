import Foundation

/// How long requests take: a mixture of three lognormal modes, so that most of Istio's buckets from 5 ms to 5 s are in
/// use.
enum LatencyModel {
    /// One lognormal mode.
    struct Mode {
        /// Part of all requests, 0...1.
        let share: Double
        /// Natural logarithm of the median in milliseconds.
        let logMedian: Double
        /// Standard deviation of the logarithm.
        let spread: Double
    }

    /// Nine in ten: answered from memory, median 12 ms.
    static let main = Mode(share: 0.895, logMedian: log(12), spread: 0.45)
    /// One in ten: answered by the database, median 120 ms.
    static let slow = Mode(share: 0.10, logMedian: log(120), spread: 0.35)
    /// One in two hundred: locks, collections, lost packets, median 1 s.
    static let rare = Mode(share: 0.005, logMedian: log(1000), spread: 0.5)
    /// A failed request, whatever it would have been: median 5 ms.
    static let failed = Mode(share: 1, logMedian: log(5), spread: 0.6)
    /// A connection refused by a dead process: median 0.8 ms.
    static let refused = Mode(share: 1, logMedian: log(0.8), spread: 0.3)

    /// The logarithm of a successful request's milliseconds.
    ///
    /// - Parameters:
    ///   - draw: 0..<1, chooses the mode.
    ///   - deviate: a standard normal number.
    static func logMilliseconds(draw: Double, deviate: Double, condition: PodCondition) -> Double {
        let general = condition.logSlowdown
        if draw < main.share { return main.logMedian + main.spread * deviate + general }
        if draw < main.share + slow.share {
            return slow.logMedian + slow.spread * deviate + general + condition.logSlowModeSlowdown
        }
        return rare.logMedian + rare.spread * deviate + general
    }
}
