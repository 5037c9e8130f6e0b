/// The effect sizes of the burst memory and of the second-pod rule (§8.2), padded to one vector.
///
/// The padding has effect size one and never collects anything.
enum EpisodeTilts {
    /// The six effect sizes.
    static let tilts = [1.2, 1.5, 2, 3.5, 8, 25]
    /// ln s.
    static let logTilt = vector(tilts.map { Elementary.log($0) }, padding: 0)
    /// s - 1.
    static let excess = vector(tilts.map { $0 - 1 }, padding: 0)
    /// h(s).
    static let clusterFactor = vector(tilts.map { TiltGrid.clusterFactor($0) }, padding: 1)

    /// One step of the evidence that a pod fails more than `reference` of its requests, started where best (CUSUM).
    @inline(__always)
    static func step(
        _ evidence: SIMD8<Double>,
        count: EventCount,
        tolerated share: Double,
        logTilt: SIMD8<Double>,
        excess: SIMD8<Double>
    ) -> SIMD8<Double> {
        let expected = Elementary.splat(count.n * share)
        let next = evidence + (Elementary.splat(count.x) * logTilt - excess * expected)
        return larger(next, Elementary.splat(0))
    }

    /// The larger number of each lane.
    @inline(__always)
    static func larger(_ a: SIMD8<Double>, _ b: SIMD8<Double>) -> SIMD8<Double> {
        Elementary.choose(a .> b, a, b)
    }

    /// The largest of the eight lanes.
    @inline(__always)
    static func largest(_ v: SIMD8<Double>) -> Double {
        var result = v[0]
        for lane in 1..<8 where v[lane] > result {
            result = v[lane]
        }
        return result
    }

    private static func vector(_ values: [Double], padding: Double) -> SIMD8<Double> {
        var result = SIMD8<Double>(repeating: padding)
        for (index, value) in values.prefix(8).enumerated() {
            result[index] = value
        }
        return result
    }
}
