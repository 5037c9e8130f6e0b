/// The effect sizes over which evidence is averaged, with everything that depends on them alone.
///
/// Unused lanes have effect size one, which yields no evidence, and minus infinity as log weight.
package struct TiltGrid: Sendable, Hashable {
    /// Number of effect sizes, at most 16.
    package let count: Int
    /// The effect sizes s.
    package let tilts: [Double]
    /// s - 1.
    let excess: Lanes
    /// ln s.
    let logTilt: Lanes
    /// h(s): by how much a cluster of requests counts more at a large effect (§8.1).
    let clusterFactor: Lanes
    /// Log of the equal weights: -ln(count).
    let logWeight: Lanes

    /// A grid of up to sixteen effect sizes above zero, equally weighted; further ones are left out.
    package init(tilts: [Double]) {
        let used = Array(tilts.prefix(16))
        self.tilts = used
        count = used.count
        excess = Lanes(used.map { $0 - 1 }, padding: 0)
        logTilt = Lanes(used.map { Elementary.log($0) }, padding: 0)
        clusterFactor = Lanes(used.map { Self.clusterFactor($0) }, padding: 1)
        let weight = -Elementary.log(Double(max(used.count, 1)))
        logWeight = Lanes(used.map { _ in weight }, padding: -.infinity)
    }

    /// Sixteen log-spaced effects from `low` to `high`, the grid of the rollback test (§4).
    package static func regression(low: Double = 1.05, high: Double = 100) -> TiltGrid {
        let start = Elementary.log(low)
        let range = Elementary.log(high) - start
        return TiltGrid(tilts: (0..<16).map { Elementary.exp(start + Double($0) * range / 15) })
    }

    /// Twelve reductions from exp(-low) to exp(-high), the grid of the promotion test (§5).
    package static func nonInferiority(low: Double = 0.05, high: Double = 4) -> TiltGrid {
        TiltGrid(tilts: (0..<12).map { Elementary.exp(-(low + (high - low) * Double($0) / 11)) })
    }

    /// The reciprocals of this grid's effect sizes.
    package var reciprocal: TiltGrid {
        TiltGrid(tilts: tilts.map { 1 / $0 })
    }

    /// h(s) = (t/2) / (1 - t/expm1(t)) with t = ln s; one at s = 1.
    package static func clusterFactor(_ tilt: Double) -> Double {
        let t = Elementary.log(tilt)
        if t > -0.01, t < 0.01 {
            // The first terms of the series of t/expm1(t): 1 - t/2 + t²/12 - t⁴/720.
            return 1 / (1 - t / 6 + t * t * t / 360)
        }
        return (t / 2) / (1 - t / Elementary.expm1(t))
    }
}

extension TiltGrid: Codable {
    /// Reads the effect sizes; everything else follows from them.
    package init(from decoder: any Decoder) throws {
        self.init(tilts: try decoder.singleValueContainer().decode([Double].self))
    }

    /// Writes the effect sizes alone.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(tilts)
    }
}
