/// Evidence that the canary is *not* worse than a margin (§5).
///
/// The difference of the margin enters the log e-value linearly, so two sums for each effect size answer for every
/// margin of the ladder at once.
package struct NonInferiority: Sendable, Hashable, Codable {
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
        Kernel.addReversed(
            stable: stable,
            canary: canary,
            rho: rho,
            stableDivisor: stableDivisor,
            canaryDivisor: canaryDivisor,
            grid: grid,
            to: &a,
            &b
        )
    }

    /// Log evidence against "worse than the margin" for the difference `delta`.
    @inline(__always)
    package func logN(delta: Double, grid: TiltGrid) -> Double {
        Kernel.reversed(a, b, delta: delta, grid: grid)
    }
}
