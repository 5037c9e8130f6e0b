/// Ticks of a logarithmic axis: powers of ten, with 2 and 5 times them where the range is short.
package struct LogTicks: Sendable, Hashable {
    /// Values with a label, ascending, all within the range.
    package let labelled: [Double]
    /// Values with a thin line only.
    package let minor: [Double]

    /// At most `most` labels within a range of numbers above zero.
    package init(within range: ClosedRange<Double>, most: Int) {
        let low = min(max(range.lowerBound, 1e-200), 1e200)
        let high = min(max(range.upperBound, low), 1e200)
        let first = Numeral.exponent(low)
        let last = Numeral.exponent(high)
        func values(_ factors: [Double], every: Int = 1) -> [Double] {
            var result: [Double] = []
            for decade in stride(from: first, through: last, by: every) {
                let size = Numeral.power(decade)
                for factor in factors {
                    let value = factor * size
                    if value >= low * (1 - 1e-9), value <= high * (1 + 1e-9) { result.append(value) }
                }
            }
            return result
        }
        let most = max(most, 2)
        let factors: [[Double]] = [[1, 2, 5], [1, 3], [1]]
        let finer = factors.map { values($0) }
        if let fitting = finer.first(where: { $0.count <= most }) {
            labelled = fitting
        } else {
            labelled = values([1], every: max((last - first) / most + 1, 1))
        }
        minor = last - first <= 6 ? values([1, 2, 3, 4, 5, 6, 7, 8, 9]) : []
    }
}
