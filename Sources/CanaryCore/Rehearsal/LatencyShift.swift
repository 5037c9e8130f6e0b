package import CanaryStatistics
package import CanaryTelemetry

/// Where responses of a bucket go when everything takes longer by a factor.
///
/// Nothing is known of a response but its bucket, so within it latency is taken as log-uniform: the share that moves to another
/// bucket is the overlap of the moved interval with that bucket, on the logarithmic scale. The first bucket is taken as
/// reaching down to half of its bound, and what is above the last bound stays there.
package struct LatencyShift: Sendable, Hashable {
    let bounds: LatencyBounds
    /// For each bucket the first one it can reach, and the shares from there on.
    private let moves: [Move]

    private struct Move: Sendable, Hashable {
        var first: Int
        var shares: [Double]
    }

    package init(bounds: LatencyBounds, factor: Double) {
        self.bounds = bounds
        let edges = bounds.milliseconds.map { Elementary.log($0) }
        let shift = Elementary.log(max(factor, 1))
        moves = (0..<bounds.bucketCount).map { bucket in
            guard bucket < edges.count, shift > 0, shift < .infinity else { return Move(first: bucket, shares: [1]) }
            let upper = edges[bucket]
            let lower = bucket > 0 ? edges[bucket - 1] : upper - Elementary.log(2)
            let width = upper - lower
            var shares: [Double] = []
            for target in bucket...edges.count {
                let low = target == bucket ? lower : edges[target - 1]
                let high = target < edges.count ? edges[target] : .infinity
                let overlap = min(high, upper + shift) - max(low, lower + shift)
                shares.append(max(overlap, 0) / width)
            }
            return Move(first: bucket, shares: shares)
        }
    }

    /// The counts after the shift; their sum stays. Counts of another length than the bounds ask for are left alone.
    package func apply(_ latency: [Int], _ random: inout SeededStream) -> [Int] {
        guard latency.count == moves.count else { return latency }
        var moved = [Int](repeating: 0, count: latency.count)
        for (bucket, count) in latency.enumerated() where count > 0 {
            let move = moves[bucket]
            for (offset, part) in random.multinomial(count, weights: move.shares).enumerated() where part > 0 {
                moved[move.first + offset] &+= part
            }
        }
        return moved
    }
}
