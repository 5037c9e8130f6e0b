/// "At most m slower" in terms of tail shares at one edge (§6.3).
package enum LatencyMargins {
    /// The ratio of tail shares that a slowdown by `slowdown` makes at a bound: clip(S(T/(1+m)) / S(T), 1, 10).
    package static func rho(shape: LatencyShape, edge: Int, slowdown: Double) -> Double {
        guard shape.bounds.indices.contains(edge) else { return 1 }
        let moved = shape.tail(above: shape.bounds[edge] / (1 + slowdown))
        return min(max(moved / max(shape.tails[edge], 1e-9), 1), 10)
    }

    /// The difference of the promotion margin at a bound for the next canary share.
    ///
    /// - Parameters:
    ///   - share: the next step's canary share w'.
    ///   - budget: slowdown of the whole service that is tolerable; the canary's is this divided by `share`.
    ///   - cap: upper limit of the canary's slowdown.
    ///   - rho: ratio of the promotion margin at this edge.
    ///   - slack: added in the end.
    package static func promotionDelta(
        shape: LatencyShape,
        edge: Int,
        share: Double,
        budget: Double,
        cap: Double,
        rho: Double,
        slack: Double
    ) -> Double {
        guard shape.bounds.indices.contains(edge) else { return slack }
        let slowdown = min(cap, budget / share)
        let moved = shape.tail(above: shape.bounds[edge] / (1 + slowdown))
        return max(0, moved - rho * shape.tails[edge]) + slack
    }
}
