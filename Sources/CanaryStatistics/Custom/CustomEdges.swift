/// At which bounds a histogram of the user's own is compared.
///
/// Up to three, the nearest to stable's median, 90 % and 99 % quantile, chosen as promotion chooses its latency edges
/// (§6.2). If higher is better, the histogram is looked at from its other end: median, 10 % and 1 % quantile.
enum CustomEdges {
    /// The edges, ascending; empty if the buckets do not tell stable's values apart.
    static func choose(bounds: [Double], buckets: [Double], isHigherBetter: Bool) -> [Double] {
        guard buckets.count == bounds.count + 1 else { return [] }
        let shape =
            isHigherBetter
            ? LatencyShape(bounds: bounds.reversed().map { -$0 }, buckets: buckets.reversed())
            : LatencyShape(bounds: bounds, buckets: buckets)
        guard let shape else { return [] }
        let edges = LatencyEdges(shape: shape).promotion.map { shape.bounds[$0] }
        return isHigherBetter ? edges.map { -$0 }.reversed() : edges
    }

    /// The bad observations at each edge among all of them; nil if an edge is no bound or a number is no count.
    ///
    /// Bad is above the edge, or at most at it if higher is better.
    static func badEvents(
        _ value: CustomValue?,
        bounds: [Double],
        edges: [Double],
        isHigherBetter: Bool
    ) -> [EventCount]? {
        guard case .buckets(let counts) = value, counts.count == bounds.count + 1,
            counts.allSatisfy({ $0.isCustomCount })
        else { return nil }
        var counted: [EventCount] = []
        for edge in edges {
            guard let place = bounds.firstIndex(of: edge) else { return nil }
            let below = counts[...place].reduce(0, +)
            let above = counts[(place + 1)...].reduce(0, +)
            counted.append(EventCount(x: isHigherBetter ? below : above, n: below + above))
        }
        return counted
    }
}
