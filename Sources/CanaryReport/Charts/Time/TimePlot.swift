/// Lines and bands of a time chart as points of its plot, simplified for its size.
struct TimePlot {
    let frame: TimeFrame
    let scale: ValueScale
    let height: Double

    private var tolerance: Double { frame.size == .wide ? 0.45 : 0.55 }
    private var column: Double { 3 }

    func y(_ value: Double) -> Double? { scale.position(value).map { (1 - $0) * height } }

    /// The line from gap to gap.
    func paths(_ series: TimeSeries) -> [[PolyLine.Point]] {
        let isStepped = series.shape == .steps || series.shape == .stepArea
        return segments(series.points.map { ($0.at, $0.value) }, isStepped: isStepped)
            .map { simplified($0, isStepped: isStepped, keep: .both) }
    }

    /// The upper and lower edges from gap to gap.
    func edges(_ band: TimeBand) -> [(upper: [PolyLine.Point], lower: [PolyLine.Point])] {
        let usable = band.points.map { point -> (Double, Double?, Double?) in
            guard let lower = point.lower, let upper = point.upper else { return (point.at, nil, nil) }
            let floored = scale.isLog && lower <= 0 ? Double.leastNonzeroMagnitude : lower
            guard y(floored) != nil, y(upper) != nil else { return (point.at, nil, nil) }
            return (point.at, max(floored, upper), min(floored, upper))
        }
        let upper = segments(usable.map { ($0.0, $0.1) }, isStepped: band.isStepped)
        let lower = segments(usable.map { ($0.0, $0.2) }, isStepped: band.isStepped)
        return zip(upper, lower).map { upper, lower in
            (
                simplified(upper, isStepped: band.isStepped, keep: .top),
                simplified(lower, isStepped: band.isStepped, keep: .bottom)
            )
        }
    }

    private func simplified(_ points: [PolyLine.Point], isStepped: Bool, keep: PolyLine.Keep) -> [PolyLine.Point] {
        guard isStepped else {
            let kept = PolyLine.simplified(points, tolerance: tolerance, column: column, keep: keep)
            // Of a dense line nobody sees half a unit sideways, and whole numbers are a quarter shorter.
            return kept.count > 80 ? kept.map { .init($0.x.rounded(), $0.y) } : kept
        }
        var result: [PolyLine.Point] = []
        for point in PolyLine.levelled(points, tolerance: tolerance, column: column, keep: keep) {
            if let last = result.last, point.x > last.x { result.append(.init(point.x, last.y)) }
            if result.last != point { result.append(point) }
        }
        return result
    }

    /// Points in order of time, split at gaps; steps go on until the next point or the gap.
    private func segments(_ values: [(at: Double, value: Double?)], isStepped: Bool) -> [[PolyLine.Point]] {
        var result: [[PolyLine.Point]] = []
        var current: [PolyLine.Point] = []
        let ordered = Self.ordered(values.filter { $0.at.isFinite })
        for (at, value) in ordered {
            let x = frame.x(at)
            guard let value, let y = y(value) else {
                if isStepped, let last = current.last { current.append(.init(x, last.y)) }
                if !current.isEmpty { result.append(current) }
                current = []
                continue
            }
            current.append(.init(x, y))
        }
        if isStepped, let last = current.last, last.x < frame.width { current.append(.init(frame.width, last.y)) }
        if !current.isEmpty { result.append(current) }
        return result
    }

    static func ordered<Value>(_ values: [(at: Double, value: Value)]) -> [(at: Double, value: Value)] {
        let isOrdered = zip(values, values.dropFirst()).allSatisfy { $0.at <= $1.at }
        return isOrdered ? values : values.enumerated().sorted { ($0.1.at, $0.0) < ($1.1.at, $1.0) }.map(\.1)
    }
}
