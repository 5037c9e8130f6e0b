/// Which bucket bounds are compared, chosen from the stable version's history before the comparison begins (§6.2).
package struct LatencyEdges: Sendable, Hashable {
    /// Indices of the bounds that may roll back, ascending and consecutive.
    package let rollback: [Int]
    /// Indices of those among them that have to be proved for promotion.
    package let promotion: [Int]

    /// No edges: nothing is known of the latency.
    package static let none = LatencyEdges(rollback: [], promotion: [])

    private init(rollback: [Int], promotion: [Int]) {
        self.rollback = rollback
        self.promotion = promotion
    }

    /// Chooses from a shape.
    ///
    /// From the first bound with a tail share below `high` to one past the first below `low` (the empty edge at the
    /// end catches timeouts), the `limit` highest of these. For promotion the nearest in log share to 0.5, 0.1 and
    /// 0.01, the lower one on a tie, each once.
    package init(shape: LatencyShape, high: Double = 0.70, low: Double = 0.002, limit: Int = 6) {
        guard let first = shape.tails.firstIndex(where: { $0 < high }) else {
            self = .none
            return
        }
        let lastBound = shape.tails.count - 1
        let quiet = shape.tails.firstIndex(where: { $0 < low }) ?? lastBound
        let last = min(max(quiet + 1, first), lastBound)
        let chosen = Array((first...last).suffix(max(limit, 1)))
        var nearest: [Int] = []
        for target in [0.5, 0.1, 0.01] {
            let goal = Elementary.log(target)
            var best = chosen[0]
            var bestDistance = Double.infinity
            for index in chosen {
                let difference = Elementary.log(max(shape.tails[index], 1e-12)) - goal
                let distance = difference < 0 ? -difference : difference
                if distance < bestDistance {
                    best = index
                    bestDistance = distance
                }
            }
            if !nearest.contains(best) {
                nearest.append(best)
            }
        }
        rollback = chosen
        promotion = nearest.sorted()
    }
}
