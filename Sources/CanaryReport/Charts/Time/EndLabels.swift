/// Names of lines, buckets and rules at their ends, moved apart: right of wide plots, within narrow ones.
///
/// Lines of narrow plots are named in the legend, as is everything if there are more labels than room.
struct EndLabels {
    private struct Label {
        var text: String
        var role: ChartRole
        var y: Double
        var isRule: Bool
    }

    private static let gap = 16.0

    private var labels: [Label] = []
    private var positions: [Double] = []
    private var named: Set<TimeSeries> = []
    private var namedBands: Set<TimeBand> = []
    /// Whether labels stand right of the plot.
    private let isOutside: Bool

    init(_ chart: TimeChart, _ plot: TimePlot) {
        isOutside = plot.frame.size == .wide
        let room = isOutside ? TimeFrame.wideMargin - 14 : plot.frame.width * 0.6
        let size = isOutside ? ChartCanvas.textSize : ChartCanvas.smallSize
        let range = 6...max(plot.height - 2, 6)
        var rules = chart.rules.compactMap { rule in
            plot.y(rule.value).map { y in
                let arrow = y < 0 ? "↑ " : y > plot.height ? "↓ " : ""
                let text = TextExtent.cut(arrow + rule.label, size: size, room: room)
                return Label(text: text, role: rule.role, y: min(max(y, 0), plot.height), isRule: true)
            }
        }
        // Within the plot a rule's label stands above its line, at the left; names of bands stand at the right.
        if !isOutside { for index in rules.indices { rules[index].y -= 9 } }
        func fits(_ text: String) -> Bool { !text.isEmpty && TextExtent.width(text, size: size) <= room }
        func label(_ text: String, _ role: ChartRole, _ y: Double) -> Label {
            Label(text: text, role: role, y: min(max(y, 0), plot.height), isRule: false)
        }
        let bands = chart.bands.compactMap { band -> (TimeBand, Label)? in
            guard band.isStepped, fits(band.label), let end = plot.edges(band).last, let upper = end.upper.last,
                let lower = end.lower.last
            else { return nil }
            let limits = 0...plot.height
            let middle = (upper.y.clamped(limits) + lower.y.clamped(limits)) / 2
            return (band, label(band.label, band.role, middle))
        }
        let lines = chart.series.compactMap { one -> (TimeSeries, Label)? in
            guard isOutside, fits(one.label), let last = plot.paths(one).last?.last else { return nil }
            return (one, label(one.label, one.role, last.y))
        }
        let names = bands.map(\.1) + lines.map(\.1)
        if isOutside {
            let all = rules + names
            guard let found = LabelSpread.positions(all.map(\.y), gap: Self.gap, within: range) else { return }
            (labels, positions) = (all, found)
        } else {
            guard let left = LabelSpread.positions(rules.map(\.y), gap: Self.gap, within: range),
                let right = LabelSpread.positions(names.map(\.y), gap: Self.gap, within: range)
            else { return }
            (labels, positions) = (rules + names, left + right)
        }
        named = Set(lines.map(\.0))
        namedBands = Set(bands.map(\.0))
    }

    /// Whether a line's name stands at its end.
    func names(_ series: TimeSeries) -> Bool { named.contains(series) }
    func names(_ band: TimeBand) -> Bool { namedBands.contains(band) }

    func draw(on canvas: inout ChartCanvas, _ box: PlotBox) {
        for (label, position) in zip(labels, positions) {
            let y = box.top + position
            guard isOutside else {
                let x = label.isRule ? box.left + 4 : box.right - 4
                canvas.text(label.text, x, y + 4, "k \(label.role.styleClass)", label.isRule ? .start : .end)
                continue
            }
            if (label.y - position).magnitude > 4 {
                canvas.line(box.right + 2, box.top + label.y, box.right + 10, y, "y")
            }
            canvas.text(label.text, box.right + 13, y + 4, "d \(label.role.styleClass)")
        }
    }
}

extension Double {
    fileprivate func clamped(_ limits: ClosedRange<Double>) -> Double {
        Swift.min(Swift.max(self, limits.lowerBound), limits.upperBound)
    }
}
