/// A proportion with its exact interval (Clopper and Pearson 1934).
///
/// The interval covers the true share with at least its confidence, however small the numbers, as long as the trials are
/// independent.
package struct ExactProportion: Sendable, Hashable {
    /// Events among trials.
    package let events: Int
    package let trials: Int
    /// The ends of the interval, 0...1; the whole of it without trials.
    package let lower: Double
    package let upper: Double

    /// - Parameter confidence: 0.95 leaves 2.5 % beyond each end.
    package init(events: Int, trials: Int, confidence: Double = 0.95) {
        let trials = max(trials, 0)
        let events = min(max(events, 0), trials)
        self.events = events
        self.trials = trials
        let tail = min(max((1 - confidence) / 2, 1e-12), 0.5)
        lower =
            events == 0
            ? 0 : Self.bisect { BinomialMass.atLeast(events, trials: trials, probability: $0) < tail }
        upper =
            events == trials
            ? 1 : Self.bisect { BinomialMass.atMost(events, trials: trials, probability: $0) >= tail }
    }

    /// The share of events, nil without trials.
    package var share: Double? { trials > 0 ? Double(events) / Double(trials) : nil }

    /// The last probability for which `isBelow` holds; it must hold first and then never again.
    private static func bisect(_ isBelow: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        for _ in 0..<60 {
            let middle = (low + high) / 2
            if isBelow(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
