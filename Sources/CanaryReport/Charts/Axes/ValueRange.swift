/// Which values an axis shows.
///
/// Rules are always shown; lines too, unless few points lie far from all others. Bands may widen the axis by half at each end
/// and are cut beyond, because limits from a handful of requests span everything and would flatten what matters.
enum ValueRange {
    static func chosen(_ axis: ValueAxis, pinned: [Double], firm: [Double], soft: [Double]) -> ClosedRange<Double> {
        let isLog = axis.scale == .log
        func usable(_ values: [Double]) -> [Double] {
            values.filter { $0.isFinite && $0.magnitude < 1e200 && (!isLog || $0 > 1e-200) }
                .map { isLog ? Numeral.log10($0) : $0 }
        }
        if let limits = axis.limits, axis.isClipped, limits.lowerBound < limits.upperBound,
            usable([limits.lowerBound, limits.upperBound]).count == 2
        {
            return limits
        }
        let limits = axis.limits.map { [$0.lowerBound, $0.upperBound] } ?? []
        var range = core(usable(firm)) ?? core(usable(soft))
        for value in usable(limits + pinned) {
            range = range.map { min($0.lowerBound, value)...max($0.upperBound, value) } ?? value...value
        }
        var low = range?.lowerBound ?? 0
        var high = range?.upperBound ?? (isLog ? 1 : axis.unit.smallestSpan)
        if !isLog, axis.unit.includesZero {
            low = min(low, 0)
            high = max(high, 0)
        }
        let ends = usable(soft).sorted()
        if let first = ends.first, let last = ends.last {
            let room = max((high - low) * 0.5, isLog ? 0.1 : axis.unit.smallestSpan / 2)
            low = min(low, max(first, low - room))
            high = max(high, min(last, high + room))
        }
        if isLog {
            if high - low < 0.3 { (low, high) = (low - 0.15, high + 0.15) }
            let pad = (high - low) * 0.04
            return Numeral.tenTo(low - pad)...Numeral.tenTo(high + pad)
        }
        let lacking = axis.unit.smallestSpan - (high - low)
        if lacking > 0 { high += lacking }
        return low...high
    }

    /// The range of the values without the few that lie more than four times farther out than 98 of 100.
    private static func core(_ values: [Double]) -> ClosedRange<Double>? {
        let sorted = values.sorted()
        guard let first = sorted.first, let last = sorted.last else { return nil }
        guard sorted.count >= 50 else { return first...last }
        let spare = sorted.count / 50
        let inner = sorted[spare]...sorted[sorted.count - 1 - spare]
        let reach = (inner.upperBound - inner.lowerBound) * 4
        guard reach > 0 else { return first...last }
        return max(first, inner.lowerBound - reach)...min(last, inner.upperBound + reach)
    }
}
