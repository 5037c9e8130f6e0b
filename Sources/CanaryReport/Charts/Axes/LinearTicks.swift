/// Evenly spaced round numbers: multiples of 1, 2 or 5 times a power of ten, for decades also of 3.
package struct LinearTicks: Sendable, Hashable {
    package let step: Double
    package let values: [Double]

    /// At most `most` (2...20) steps that cover a range, its ends moved outward to ticks.
    ///
    /// - Parameter areDecades: whether values are logarithms, thus steps are whole.
    package init(covering range: ClosedRange<Double>, most: Int, areDecades: Bool = false) {
        let most = min(max(most, 2), 20)
        var low = Self.bounded(range.lowerBound)
        var high = Self.bounded(range.upperBound)
        let size = max(low.magnitude, high.magnitude)
        if high - low <= size * 1e-9 {
            let half = size > 0 ? size * 0.05 : 0.5
            (low, high) = (low - half, high + half)
        }
        let wanted = max((high - low) / Double(most), areDecades ? 1 : 0)
        let factors: [Double] = areDecades ? [1, 2, 3, 5] : [1, 2, 5]
        var exponent = Numeral.exponent(wanted)
        var choice = 0
        // The ends move outward, so one more step may be needed: try the next size until all fits.
        while true {
            let factor = factors[choice]
            let step = Self.multiple(1, factor, exponent)
            let first = (low / step + 1e-9).rounded(.down)
            let last = (high / step - 1e-9).rounded(.up)
            if step >= wanted * (1 - 1e-9), last - first <= Double(most) {
                self.step = step
                let count = Int(min(max(last - first, 1), 20))
                values = (0...count).map { Self.multiple(first + Double($0), factor, exponent) }
                return
            }
            choice += 1
            if choice == factors.count { (choice, exponent) = (0, exponent + 1) }
        }
    }

    /// `count` times `factor` times 10 to `exponent`, without the error of a negative power.
    private static func multiple(_ count: Double, _ factor: Double, _ exponent: Int) -> Double {
        exponent < 0 ? count * factor / Numeral.power(-exponent) : count * factor * Numeral.power(exponent)
    }

    private static func bounded(_ value: Double) -> Double {
        value.isNaN ? 0 : value.magnitude < 1e-200 ? 0 : min(max(value, -1e200), 1e200)
    }
}
