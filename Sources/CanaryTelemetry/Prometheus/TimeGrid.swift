/// Moments at equal distances, in milliseconds since 1970.
package struct TimeGrid: Sendable, Hashable {
    package let first: Int64
    /// At least 1.
    package let step: Int64
    /// How many moments, at least 1.
    package let count: Int

    /// - Returns: nil unless step and count are positive and the last moment can be written.
    package init?(first: Int64, step: Int64, count: Int) {
        guard step > 0, count > 0, first.magnitude < 1 << 53, step < 1 << 40, count < 1 << 24 else { return nil }
        self.first = first
        self.step = step
        self.count = count
    }

    package var last: Int64 { time(at: count - 1) }

    package func time(at index: Int) -> Int64 { first &+ step &* Int64(index) }

    /// The index of a moment; nil if it is none of the grid's.
    @inline(__always)
    func index(of time: Int64) -> Int? {
        let (offset, overflow) = time.subtractingReportingOverflow(first)
        guard !overflow, offset >= 0 else { return nil }
        let (index, rest) = offset.quotientAndRemainder(dividingBy: step)
        guard rest == 0, index < Int64(count) else { return nil }
        return Int(index)
    }
}
