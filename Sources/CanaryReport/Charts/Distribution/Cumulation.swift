/// The known shares of a version's requests at or below each bound.
struct Cumulation: Sendable {
    /// Parallel to the bounds; between two bounds the share is anything from one to the next.
    let shares: [Double]
    /// All requests, and those above the last bound.
    let total: Double
    let overflow: Double

    init(counts: [Double], bounds: Int) {
        let usable = (0...max(bounds, 0)).map { index -> Double in
            let count = index < counts.count ? counts[index] : 0
            return count > 0 ? min(count, 1e15) : 0
        }
        let total = usable.reduce(0, +)
        var sum = 0.0
        shares = usable.prefix(max(bounds, 0)).map { count in
            sum += count
            return total > 0 ? min(sum / total, 1) : 0
        }
        self.total = total
        overflow = usable.last ?? 0
    }
}
