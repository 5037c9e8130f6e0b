/// Where values lie on a vertical axis, and its ticks.
struct ValueScale: Sendable {
    struct Tick: Sendable {
        let value: Double
        let label: String
    }

    let isLog: Bool
    /// Ends of the axis as values.
    let low: Double
    let high: Double
    let ticks: [Tick]
    private let start: Double
    private let length: Double

    /// - Parameters:
    ///   - pinned: values that must be seen: rules.
    ///   - firm: values that should be seen: lines.
    ///   - soft: values that may be cut: limits of bands.
    init(_ axis: ValueAxis, pinned: [Double], firm: [Double], soft: [Double], most: Int) {
        isLog = axis.scale == .log
        var range = ValueRange.chosen(axis, pinned: pinned, firm: firm, soft: soft)
        var ticks: [Tick] = []
        if isLog {
            let made = LogTicks(within: range, most: most)
            ticks = made.labelled.map { Tick(value: $0, label: axis.unit.tick($0, step: $0)) }
        } else {
            let made = LinearTicks(covering: range, most: most, areDecades: axis.unit == .evidence)
            ticks = made.values.map { Tick(value: $0, label: axis.unit.tick($0, step: made.step)) }
            if axis.isClipped, axis.limits != nil {
                let slack = made.step * 1e-6
                ticks = ticks.filter { $0.value >= range.lowerBound - slack && $0.value <= range.upperBound + slack }
            } else if let first = made.values.first, let last = made.values.last {
                range = first...max(first, last)
                if let possible = axis.unit.possible, range.overlaps(possible) {
                    range = range.clamped(to: possible)
                    ticks = ticks.filter { range.contains($0.value) }
                }
            }
        }
        self.ticks = ticks
        low = range.lowerBound
        high = range.upperBound
        start = isLog ? Numeral.log10(low) : low
        let length = (isLog ? Numeral.log10(high) : high) - start
        self.length = length > 0 && length.isFinite ? length : 1
    }

    /// 0 at the bottom, 1 at the top, at most two axes' lengths beyond; nil for what has no place.
    func position(_ value: Double) -> Double? {
        guard !value.isNaN else { return nil }
        if isLog, value <= 0 { return nil }
        let fraction = ((isLog ? Numeral.log10(value) : value) - start) / length
        return min(max(fraction, -2), 3)
    }
}
