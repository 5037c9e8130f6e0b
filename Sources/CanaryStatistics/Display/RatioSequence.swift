/// A confidence sequence for the ratio of event shares, canary to stable, between 1/64 and 64 (§7).
///
/// The conditional likelihood of the canary's part of each window's events, on 193 log-spaced ratios. For showing only.
package struct RatioSequence: Sendable, Hashable {
    private static let pointCount = 193
    /// ln of the ratios, eight to a vector; the padding repeats the last point.
    private static let logRatios: [SIMD8<Double>] = vectors { $0 }
    private static let ratios: [SIMD8<Double>] = vectors { Elementary.exp($0) }

    private var logLikelihood = [SIMD8<Double>](repeating: SIMD8(repeating: 0), count: (pointCount + 7) / 8)

    /// No window yet.
    package init() {}

    /// Takes in one window; one in which a version has no requests changes nothing.
    ///
    /// - Parameters:
    ///   - stable, canary: raw counts.
    ///   - stableDivisor, canaryDivisor: dispersion, at least one.
    package mutating func add(
        stable: EventCount,
        canary: EventCount,
        stableDivisor: Double = 1,
        canaryDivisor: Double = 1
    ) {
        guard stable.n > 0, canary.n > 0 else { return }
        let x2 = Elementary.splat(canary.x / canaryDivisor)
        let n1 = Elementary.splat(stable.n / stableDivisor)
        let n2 = Elementary.splat(canary.n / canaryDivisor)
        let events = Elementary.splat(stable.x / stableDivisor) + x2
        for index in logLikelihood.indices {
            let exposure = n1 + Self.ratios[index] * n2
            logLikelihood[index] += x2 * Self.logRatios[index] - events * Elementary.log(exposure)
        }
    }

    /// The interval after the windows so far: one grid point further out than what the likelihood keeps, zero or
    /// infinity at the ends of the grid.
    package func interval(alpha: Double = 0.05) -> ConfidenceInterval {
        let values = (0..<Self.pointCount).map { logLikelihood[$0 / 8][$0 % 8] }
        let bar = LogSum.of(values) - Elementary.log(Double(Self.pointCount)) + Elementary.log(alpha)
        guard let first = values.firstIndex(where: { $0 > bar }), let last = values.lastIndex(where: { $0 > bar })
        else {
            return ConfidenceInterval(lower: 0, upper: .infinity)
        }
        return ConfidenceInterval(
            lower: first == 0 ? 0 : Elementary.exp(Self.logRatio(first - 1)),
            upper: last == Self.pointCount - 1 ? .infinity : Elementary.exp(Self.logRatio(last + 1))
        )
    }

    private static func logRatio(_ index: Int) -> Double {
        let end = Elementary.log(64)
        return -end + 2 * end * Double(min(index, pointCount - 1)) / Double(pointCount - 1)
    }

    private static func vectors(_ value: (Double) -> Double) -> [SIMD8<Double>] {
        (0..<(pointCount + 7) / 8).map { block in
            var vector = SIMD8<Double>(repeating: 0)
            for lane in 0..<8 {
                vector[lane] = value(logRatio(block * 8 + lane))
            }
            return vector
        }
    }
}
