/// The kernel's terms over a whole grid of effect sizes, for sums that are stored between looks.
enum WatchKernel {
    /// Log e-values of a window for "worse than the margin" (§3, with §8.1's divisors and z = 1: pods are not told apart).
    @inline(__always)
    static func regression(
        _ stable: EventCount,
        _ canary: EventCount,
        _ rho: Double,
        _ delta: Double,
        _ phi: Double,
        _ grid: TiltGrid
    ) -> Lanes {
        guard stable.n > 0, canary.n > 0 else { return Lanes(repeating: 0) }
        let effective = EventCount(x: stable.x / phi, n: stable.n / phi)
        return Lanes(
            low: half(
                effective,
                canary,
                rho,
                delta,
                phi - 1,
                grid.clusterFactor.low,
                grid.excess.low,
                grid.logTilt.low
            ),
            high: half(
                effective,
                canary,
                rho,
                delta,
                phi - 1,
                grid.clusterFactor.high,
                grid.excess.high,
                grid.logTilt.high
            )
        )
    }

    @inline(__always)
    private static func half(
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
        let (a, b) = Kernel.terms(
            stable: stable,
            canaryX: Elementary.splat(canary.x) / divisor,
            canaryN: Elementary.splat(canary.n) / divisor,
            rho: rho,
            excess: excess,
            logTilt: logTilt
        )
        return a - Elementary.splat(delta) * b
    }

    /// M ← e (m + M), in logarithms.
    @inline(__always)
    static func grown(_ sums: Lanes, by logE: Lanes, _ logMass: Double) -> Lanes {
        let mass = Elementary.splat(logMass)
        return Lanes(low: LogSum.add(sums.low, mass) + logE.low, high: LogSum.add(sums.high, mass) + logE.high)
    }

    /// Log of the average over effects.
    @inline(__always)
    static func mean(_ sums: Lanes, _ grid: TiltGrid) -> Double {
        LogSum.of(Lanes(low: sums.low + grid.logWeight.low, high: sums.high + grid.logWeight.high))
    }

    /// Log of the sum of the first numbers of a buffer.
    static func sum(_ values: [Double], _ count: Int) -> Double {
        var largest = -Double.infinity
        for index in 0..<count where values[index] > largest { largest = values[index] }
        guard largest > -.infinity else { return largest }
        var total = 0.0
        for index in 0..<count { total += Elementary.exp(values[index] - largest) }
        return largest + Elementary.log(total)
    }

    /// Adds a window to the two sums of the reversed test (§5).
    @inline(__always)
    static func addSafety(
        _ stable: EventCount,
        _ canary: EventCount,
        _ rho: Double,
        _ phi: Double,
        _ grid: TiltGrid,
        _ a: inout Lanes,
        _ b: inout Lanes
    ) {
        guard stable.n > 0, canary.n > 0 else { return }
        let divisor = 1 + (phi - 1) * promotionDispersion
        let effective = EventCount(x: stable.x / divisor, n: stable.n / divisor)
        let x = Elementary.splat(canary.x / phi)
        let n = Elementary.splat(canary.n / phi)
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

    /// Log evidence of the reversed test at a difference.
    static func safety(_ a: Lanes, _ b: Lanes, _ delta: Double, _ grid: TiltGrid) -> Double {
        let difference = Elementary.splat(delta)
        return LogSum.of(
            Lanes(
                low: (a.low - difference * b.low) + grid.logWeight.low,
                high: (a.high - difference * b.high) + grid.logWeight.high
            )
        )
    }

    private static let promotionDispersion = 1.15
}
