/// Buckets on a logarithmic axis, cut to those that hold requests.
struct DistributionPlot {
    /// The chart's, or none if they are not ascending, finite and above zero.
    let bounds: [Double]
    let low: Double
    let high: Double
    let hasOverflow: Bool
    let isEmpty: Bool
    let ticks: [Double]
    private let width: Double
    private let height: Double
    private let start: Double
    private let length: Double
    /// The part of the width that the open bucket takes.
    private let overflowWidth: Double

    init(_ chart: DistributionChart, _ size: ChartSize) {
        width = size == .wide ? 880 - 96 - TimeFrame.wideMargin : 324 - 50 - 12
        height = size == .wide ? 260 : 220
        let isUsable =
            chart.bounds.allSatisfy { $0 > 1e-9 && $0 < 1e12 }
            && zip(chart.bounds, chart.bounds.dropFirst()).allSatisfy { $0 < $1 }
        let bounds = isUsable ? chart.bounds : []
        let known = chart.versions.map { Cumulation(counts: $0.counts, bounds: bounds.count) }
        let filled = known.filter { $0.total > 0 }
        isEmpty = filled.isEmpty || bounds.isEmpty
        hasOverflow = !bounds.isEmpty && filled.contains { $0.overflow > 0 }
        // The bound below the first request, and the bound at or above the last one.
        let first = bounds.indices.first { index in filled.contains { $0.shares[index] > 0 } } ?? 0
        let last =
            hasOverflow
            ? bounds.count - 1
            : bounds.indices.first { index in filled.allSatisfy { $0.shares[index] >= 1 } } ?? bounds.count - 1
        let top = bounds.isEmpty ? 1000 : bounds[max(last, 0)]
        let next = bounds.isEmpty ? 1 : bounds[first]
        let bottom = first > 0 ? bounds[first - 1] : next / 2
        self.bounds = bounds
        low = min(bottom, top / 2)
        high = top
        start = Numeral.log10(low)
        length = max(Numeral.log10(high) - start, 0.1)
        overflowWidth = hasOverflow ? max(width * 0.1, 56) : 0
        ticks = LogTicks(within: low...max(high, low), most: size == .wide ? 10 : 5).labelled
    }

    func cumulation(_ version: DistributionChart.Version) -> Cumulation {
        Cumulation(counts: version.counts, bounds: bounds.count)
    }

    func x(of milliseconds: Double) -> Double {
        guard milliseconds > 0 else { return 0 }
        let fraction = (Numeral.log10(milliseconds) - start) / length
        return min(max(fraction, -1), 2) * (width - overflowWidth)
    }

    private func y(_ share: Double) -> Double { (1 - min(max(share.isNaN ? 0 : share, 0), 1)) * height }

    /// The highest or the lowest curve that the shares at the bounds allow: it rises at a bucket's begin or at its end.
    func stairs(_ shares: [Double], isUpper: Bool) -> PathText {
        var path = PathText()
        for (index, point) in corners(shares, isUpper: isUpper).enumerated() {
            if index == 0 { path.move(point.x, point.y) } else { path.line(point.x, point.y) }
        }
        return path
    }

    /// What lies between the lowest curve through `lower` and the highest one through `upper`.
    func outline(lower: [Double], upper: [Double]) -> PathText {
        var path = stairs(upper, isUpper: true)
        for point in corners(lower, isUpper: false).reversed() { path.line(point.x, point.y) }
        path.close()
        return path
    }

    private func corners(_ shares: [Double], isUpper: Bool) -> [PolyLine.Point] {
        var result: [PolyLine.Point] = []
        func add(_ x: Double, _ y: Double) {
            let point = PolyLine.Point(min(max(x, 0), width), y)
            if let last = result.last, result.count > 1 {
                let before = result[result.count - 2]
                // Corners on one straight line, as in empty buckets, are one.
                if (before.y == last.y && last.y == point.y) || (before.x == last.x && last.x == point.x) {
                    result.removeLast()
                }
            }
            result.append(point)
        }
        var before = 0.0
        var from = 0.0
        for (bound, share) in zip(bounds, shares) {
            let to = x(of: bound)
            add(from, y(isUpper ? share : before))
            add(to, y(isUpper ? share : before))
            if !isUpper { add(to, y(share)) }
            (from, before) = (to, share)
        }
        if hasOverflow {
            add(from, y(isUpper ? 1 : before))
            add(width, y(isUpper ? 1 : before))
            if !isUpper { add(width, y(1)) }
        }
        return result
    }
}
