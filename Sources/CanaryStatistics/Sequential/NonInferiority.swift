/// Evidence that the canary is *not* worse than a margin (§5).
///
/// The difference of the margin enters the log e-value linearly, so two sums for each effect size answer for every
/// margin of the ladder at once.
package struct NonInferiority: Sendable, Hashable {
    private var a = Lanes(repeating: 0)
    private var b = Lanes(repeating: 0)

    /// No evidence yet.
    package init() {}

    /// Takes in one window. Nothing changes if a version has no requests.
    ///
    /// - Parameters:
    ///   - stable, canary: raw counts.
    ///   - rho: ratio of the margin.
    ///   - stableDivisor, canaryDivisor: what counts and exposures are divided by, at least one.
    @inline(__always)
    package mutating func add(
        stable: EventCount,
        canary: EventCount,
        rho: Double,
        stableDivisor: Double,
        canaryDivisor: Double,
        grid: TiltGrid
    ) {
        guard stable.n > 0, canary.n > 0 else { return }
        let effective = EventCount(x: stable.x / stableDivisor, n: stable.n / stableDivisor)
        let x = Elementary.splat(canary.x / canaryDivisor)
        let n = Elementary.splat(canary.n / canaryDivisor)
        let low = Kernel.terms(
            stable: effective,
            canaryX: x,
            canaryN: n,
            rho: rho,
            excess: grid.excess.low,
            logTilt: grid.logTilt.low
        )
        let high = Kernel.terms(
            stable: effective,
            canaryX: x,
            canaryN: n,
            rho: rho,
            excess: grid.excess.high,
            logTilt: grid.logTilt.high
        )
        a.low += low.a
        a.high += high.a
        b.low += low.b
        b.high += high.b
    }

    /// Log evidence against "worse than the margin" for the difference `delta`.
    @inline(__always)
    package func logN(delta: Double, grid: TiltGrid) -> Double {
        let difference = Elementary.splat(delta)
        return LogSum.of(
            Lanes(
                low: (a.low - difference * b.low) + grid.logWeight.low,
                high: (a.high - difference * b.high) + grid.logWeight.high
            )
        )
    }
}
