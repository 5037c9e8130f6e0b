/// The e-value of one window for one effect size (§3).
///
/// Its mean is at most one whenever the canary's event share is within `rho * stable share + delta` (for effects above
/// one) or at least that (below one), whatever the stable share is. So products over windows may be looked at after
/// each window (Ville's inequality). The stable share has dropped out by conditioning on the window's events (after
/// Lindon and Malek, *Anytime-Valid Inference for Multinomial Count Data*, 2022), extended by a margin and exposures.
package enum Kernel {
    /// The log e-value of one window.
    ///
    /// - Parameters:
    ///   - stable: events and requests of the stable version.
    ///   - canary: events and requests of the canary.
    ///   - tilt: effect size s > 0.
    ///   - rho: ratio of the margin.
    ///   - delta: difference of the margin.
    /// - Returns: log e; exactly zero if a version has no requests.
    package static func logE(
        stable: EventCount,
        canary: EventCount,
        tilt: Double,
        rho: Double,
        delta: Double
    ) -> Double {
        guard stable.n > 0, canary.n > 0 else { return 0 }
        let scaled = rho * canary.n
        let theta = scaled / (stable.n + scaled)
        let excess = tilt - 1
        let u = excess * theta
        let a = canary.x * Elementary.log(tilt) - (stable.x + canary.x) * Elementary.log1p(u)
        let b = canary.n * excess * (1 - theta) / (1 + u)
        return a - delta * b
    }

    /// The two parts of log e = a - delta * b, for eight effect sizes at once. Both versions must have requests.
    ///
    /// The canary's counts differ by lane because their divisor depends on the effect size (§8.1).
    @inline(__always)
    static func terms(
        stable: EventCount,
        canaryX: SIMD8<Double>,
        canaryN: SIMD8<Double>,
        rho: Double,
        excess: SIMD8<Double>,
        logTilt: SIMD8<Double>
    ) -> (a: SIMD8<Double>, b: SIMD8<Double>) {
        let one = Elementary.splat(1)
        let scaled = Elementary.splat(rho) * canaryN
        let theta = scaled / (Elementary.splat(stable.n) + scaled)
        let u = excess * theta
        let a = canaryX * logTilt - (Elementary.splat(stable.x) + canaryX) * Elementary.log1p(u)
        let b = canaryN * excess * (one - theta) / (one + u)
        return (a, b)
    }
}
