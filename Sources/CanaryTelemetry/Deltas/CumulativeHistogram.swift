/// A histogram as a page shows it: counts up to each bound, since the process began.
struct CumulativeHistogram: Sendable, Hashable {
    /// Ascending, in milliseconds, without `+Inf`.
    private(set) var bounds: [Double]

    /// One count a bound, then the count of `+Inf`.
    private(set) var counts: [Int]

    /// - Parameters:
    ///   - buckets: `le` and count, in any order.
    ///   - total: `_count`, if the page has it.
    /// - Returns: nil if `+Inf` is missing, a bound comes twice, counts fall with `le`, or they do not add up to
    ///   `total`.
    init?(buckets: [(bound: Double, count: Int)], total: Int?) {
        var buckets = buckets
        if !zip(buckets, buckets.dropFirst()).allSatisfy({ $0.bound < $1.bound }) {
            buckets.sort { $0.bound < $1.bound }
        }
        guard let last = buckets.last, last.bound == .infinity, total == nil || total == last.count else { return nil }
        for (lower, upper) in zip(buckets, buckets.dropFirst()) {
            guard lower.bound < upper.bound, lower.count <= upper.count else { return nil }
        }
        bounds = buckets.dropLast().map(\.bound)
        guard bounds.allSatisfy({ $0.isFinite && $0 > 0 }) else { return nil }
        counts = buckets.map(\.count)
    }

    /// All observations.
    var total: Int { counts.last ?? 0 }

    /// Lets equal bounds of two histograms be one array.
    mutating func shareBounds(with other: [Double]) {
        if bounds == other { bounds = other }
    }

    /// The counts per bucket since `earlier`, which is nil for a series or a process that began since.
    ///
    /// - Returns: nil if single buckets fell while the total did not: such a histogram cannot be trusted. A total that
    ///   fell is a series that began again.
    func increase(since earlier: CumulativeHistogram?) -> LatencyCounts? {
        let now = LatencyCounts(bounds: bounds, cumulative: counts)
        guard let earlier, earlier.total <= total else { return now }
        var before = LatencyCounts(bounds: earlier.bounds, cumulative: earlier.counts)
        var after = now
        if earlier.bounds != bounds {
            let common = LatencyCounts.commonBounds(earlier.bounds, bounds)
            before.project(onto: common)
            after.project(onto: common)
        }
        return after.subtracting(before)
    }
}
