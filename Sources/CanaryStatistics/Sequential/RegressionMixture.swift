/// Evidence that the canary is worse than the margin, mixed over effect size and start time (§4).
///
/// It keeps one number for each effect size: the log of the sum over start times of prior mass times the product of
/// e-values since then (after Shin, Ramdas and Rinaldo, *E-detectors*). The prior itself is shared by all metrics.
package struct RegressionMixture: Sendable, Hashable, Codable {
    private var sums = Lanes(repeating: -.infinity)

    /// No evidence yet.
    package init() {}

    /// Takes in one window.
    ///
    /// - Parameters:
    ///   - stable, canary: raw counts.
    ///   - rho, delta: the tolerated margin.
    ///   - divisors: dispersion of both versions on the regression side.
    ///   - logMass: log of the prior mass of a start in this window.
    @inline(__always)
    package mutating func add(
        stable: EventCount,
        canary: EventCount,
        rho: Double,
        delta: Double,
        divisors: RegressionDivisors,
        grid: TiltGrid,
        logMass: Double
    ) {
        let mass = Elementary.splat(logMass)
        var before = Lanes(low: LogSum.add(sums.low, mass), high: LogSum.add(sums.high, mass))
        if stable.n > 0, canary.n > 0 {
            let logE = Kernel.regression(
                stable: stable,
                canary: canary,
                rho: rho,
                delta: delta,
                divisors: divisors,
                grid: grid
            )
            before.low += logE.low
            before.high += logE.high
        }
        sums = before
    }

    /// Log evidence, with the prior's unspent mass as cash.
    @inline(__always)
    package func logE(grid: TiltGrid, logUnspent: Double) -> Double {
        let weighted = Lanes(low: sums.low + grid.logWeight.low, high: sums.high + grid.logWeight.high)
        return LogSum.add(LogSum.of(weighted), logUnspent)
    }
}

/// Dispersion as used on the regression side (§8.1): f1 = 1 + z(φ1-1) and f2 = 1 + z(φ2-1)h(s).
package struct RegressionDivisors: Sendable, Hashable, Codable {
    /// f1.
    package let stable: Double
    /// z(φ2-1).
    package let canaryExcess: Double

    /// Divisors from both versions' dispersion; `z` is the part of the excess that is used.
    package init(phi1: Double, phi2: Double, z: Double) {
        stable = 1 + z * (phi1 - 1)
        canaryExcess = z * (phi2 - 1)
    }
}
