/// Counts per latency bucket over some bounds; not cumulative.
struct LatencyCounts: Sendable, Hashable {
    /// Ascending, in milliseconds, without `+Inf`.
    private(set) var bounds: [Double]

    /// One count a bound, then those above the last one.
    private(set) var counts: [Int]

    /// No observations.
    init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// - Precondition-free: counts that are not one more than the bounds are filled up with zeros or cut.
    init(bounds: [Double], cumulative: [Int]) {
        self.bounds = bounds
        counts = []
        counts.reserveCapacity(bounds.count + 1)
        var below = 0
        for count in cumulative.prefix(bounds.count + 1) {
            counts.append(count &- below)
            below = count
        }
        while counts.count <= bounds.count { counts.append(0) }
    }

    /// The bounds that both have.
    static func commonBounds(_ left: [Double], _ right: [Double]) -> [Double] {
        if left == right { return left }
        let known = Set(right)
        return left.filter { known.contains($0) }
    }

    /// Joins buckets until the bounds are `target`.
    ///
    /// - Parameter target: bounds of which each is one of ours; others would be ignored.
    mutating func project(onto target: [Double]) {
        if bounds == target { return }
        var projected = LatencyCounts(bounds: target)
        var bucket = 0
        for (index, count) in counts.enumerated() {
            let upper = index < bounds.count ? bounds[index] : .infinity
            while bucket < target.count, upper > target[bucket] { bucket += 1 }
            projected.counts[bucket] = Self.sum(projected.counts[bucket], count)
        }
        self = projected
    }

    /// Adds counts, over the bounds that both have.
    mutating func add(_ other: LatencyCounts) {
        var other = other
        if other.bounds != bounds {
            let common = Self.commonBounds(bounds, other.bounds)
            project(onto: common)
            other.project(onto: common)
        }
        for (index, count) in other.counts.enumerated() { counts[index] = Self.sum(counts[index], count) }
    }

    /// The differences; nil if one is negative or the bounds differ.
    func subtracting(_ other: LatencyCounts) -> LatencyCounts? {
        guard bounds == other.bounds else { return nil }
        var difference = self
        for (index, count) in other.counts.enumerated() {
            guard counts[index] >= count else { return nil }
            difference.counts[index] = counts[index] &- count
        }
        return difference
    }

    /// A sum that stops at 2^53, the largest count that a recorded window may hold.
    static func sum(_ left: Int, _ right: Int) -> Int {
        let (sum, hasOverflowed) = left.addingReportingOverflow(right)
        return hasOverflowed ? 1 << 53 : min(sum, 1 << 53)
    }
}
