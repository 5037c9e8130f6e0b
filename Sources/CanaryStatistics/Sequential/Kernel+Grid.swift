/// The kernel over a whole grid of effect sizes at once: what sums over windows are made of.
extension Kernel {
    /// Log e-values of a window for "worse than the margin" (§3, with the divisors of §8.1). Both versions must have requests.
    @inline(__always)
    static func regression(
        stable: EventCount,
        canary: EventCount,
        rho: Double,
        delta: Double,
        divisors: RegressionDivisors,
        grid: TiltGrid
    ) -> Lanes {
        let effective = EventCount(x: stable.x / divisors.stable, n: stable.n / divisors.stable)
        return Lanes(
            low: regression(
                effective,
                canary,
                rho,
                delta,
                divisors.canaryExcess,
                grid.clusterFactor.low,
                grid.excess.low,
                grid.logTilt.low
            ),
            high: regression(
                effective,
                canary,
                rho,
                delta,
                divisors.canaryExcess,
                grid.clusterFactor.high,
                grid.excess.high,
                grid.logTilt.high
            )
        )
    }

    @inline(__always)
    private static func regression(
        _ stable: EventCount,
        _ canary: EventCount,
        _ rho: Double,
        _ delta: Double,
        _ canaryExcess: Double,
        _ clusterFactor: SIMD8<Double>,
        _ excess: SIMD8<Double>,
        _ logTilt: SIMD8<Double>
    ) -> SIMD8<Double> {
        let divisor = Elementary.splat(1) + Elementary.splat(canaryExcess) * clusterFactor
        let (a, b) = terms(
            stable: stable,
            canaryX: Elementary.splat(canary.x) / divisor,
            canaryN: Elementary.splat(canary.n) / divisor,
            rho: rho,
            excess: excess,
            logTilt: logTilt
        )
        return a - Elementary.splat(delta) * b
    }

    /// Adds a window's two parts of the reversed test (§5). Nothing changes if a version has no requests.
    @inline(__always)
    static func addReversed(
        stable: EventCount,
        canary: EventCount,
        rho: Double,
        stableDivisor: Double,
        canaryDivisor: Double,
        grid: TiltGrid,
        to a: inout Lanes,
        _ b: inout Lanes
    ) {
        guard stable.n > 0, canary.n > 0 else { return }
        let effective = EventCount(x: stable.x / stableDivisor, n: stable.n / stableDivisor)
        let x = Elementary.splat(canary.x / canaryDivisor)
        let n = Elementary.splat(canary.n / canaryDivisor)
        let low = terms(
            stable: effective,
            canaryX: x,
            canaryN: n,
            rho: rho,
            excess: grid.excess.low,
            logTilt: grid.logTilt.low
        )
        let high = terms(
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

    /// Log evidence of the reversed test against "worse than the margin" for the difference `delta`.
    @inline(__always)
    static func reversed(_ a: Lanes, _ b: Lanes, delta: Double, grid: TiltGrid) -> Double {
        let difference = Elementary.splat(delta)
        return LogSum.of(
            Lanes(
                low: (a.low - difference * b.low) + grid.logWeight.low,
                high: (a.high - difference * b.high) + grid.logWeight.high
            )
        )
    }
}
