/// A confidence sequence for the difference of event shares, canary less stable (§7).
///
/// With probability 1 - alpha every interval it ever gives holds the difference, if that is the same in all windows; of
/// a difference that varies the lower limit bounds the largest and the upper limit the smallest one. Both versions may
/// suffer shared incidents meanwhile. For showing only: no decision reads it.
package struct DifferenceSequence: Sendable, Hashable, Codable {
    private static let upGrid = TiltGrid.regression()
    private static let downGrid = TiltGrid.regression().reciprocal

    private var up = NonInferiority()
    private var down = NonInferiority()

    /// No window yet.
    package init() {}

    /// Takes in one window.
    ///
    /// - Parameters:
    ///   - stable, canary: raw counts. A window in which a version has no requests changes nothing.
    ///   - stableDivisor, canaryDivisor: dispersion, at least one.
    package mutating func add(
        stable: EventCount,
        canary: EventCount,
        stableDivisor: Double = 1,
        canaryDivisor: Double = 1
    ) {
        up.add(
            stable: stable,
            canary: canary,
            rho: 1,
            stableDivisor: stableDivisor,
            canaryDivisor: canaryDivisor,
            grid: Self.upGrid
        )
        down.add(
            stable: stable,
            canary: canary,
            rho: 1,
            stableDivisor: stableDivisor,
            canaryDivisor: canaryDivisor,
            grid: Self.downGrid
        )
    }

    /// The interval after the windows so far, within -1...1.
    package func interval(alpha: Double = 0.05) -> ConfidenceInterval {
        let needed = -Elementary.log(alpha / 2)
        // Evidence for "more than delta" falls with delta, evidence for "less than delta" rises.
        let lower = Self.boundary { up.logN(delta: $0, grid: Self.upGrid) >= needed }
        let upper = Self.boundary { down.logN(delta: $0, grid: Self.downGrid) < needed }
        return ConfidenceInterval(lower: lower, upper: upper)
    }

    /// Where a condition that holds at small differences ceases to hold, by bisection of [-1, 1].
    private static func boundary(_ holds: (Double) -> Bool) -> Double {
        var low = -1.0
        var high = 1.0
        if !holds(low) { return low }
        if holds(high) { return high }
        for _ in 0..<80 {
            let middle = low + (high - low) / 2
            if holds(middle) {
                low = middle
            } else {
                high = middle
            }
        }
        return low
    }
}

/// Limits between which a number lies with the confidence that was asked for.
package struct ConfidenceInterval: Sendable, Hashable, Codable {
    /// The lower limit.
    package var lower: Double
    /// The upper limit.
    package var upper: Double

    /// Both limits, in the unit of what they bound.
    package init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }
}
