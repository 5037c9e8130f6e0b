/// What all charts over time share: margins, places of moments, ticks, and the steps behind.
struct TimeFrame: Sendable {
    /// Room right of the plot for labels at the lines' ends.
    static let wideMargin = 136.0

    let size: ChartSize
    let viewWidth: Double
    let left: Double
    let right: Double
    let axis: TimeAxis

    /// - Parameter known: times to show where the axis itself says nothing usable.
    init(_ axis: TimeAxis, _ size: ChartSize, known: some Sequence<Double>) {
        self.size = size
        viewWidth = size == .wide ? 880 : 324
        left = size == .wide ? 96 : 62
        right = size == .wide ? viewWidth - Self.wideMargin : viewWidth - 12
        var axis = axis
        if !(axis.from.magnitude < 1e15 && axis.to.magnitude < 1e15) {
            let usable = known.filter { $0.magnitude < 1e15 }
            axis.from = usable.min() ?? 0
            axis.to = usable.max() ?? 1
        }
        if axis.to < axis.from { (axis.from, axis.to) = (axis.to, axis.from) }
        if axis.to - axis.from < 1e-3 { axis.to = axis.from + 1 }
        self.axis = axis
    }

    var width: Double { right - left }

    /// The distance from the plot's left end, at most two widths beyond either end.
    func x(_ seconds: Double) -> Double {
        guard !seconds.isNaN else { return 0 }
        let fraction = (seconds - axis.from) / (axis.to - axis.from)
        return min(max(fraction, -2), 3) * width
    }

    /// The part of a span that the axis shows, or nil.
    func visible(_ span: TimeSpan) -> (from: Double, to: Double)? {
        let (from, to) = (x(min(span.from, span.to)), x(max(span.from, span.to)))
        guard to > 0, from < width, to > from else { return nil }
        return (max(from, 0), min(to, width))
    }

    private var hasClock: Bool { axis.clock?.isFinite ?? false }
    /// Room below the plot.
    var footHeight: Double { hasClock ? 40 : 24 }

    private func ticks() -> [TimeTicks.Tick] {
        let small = ChartCanvas.smallSize
        return TimeTicks(within: axis.from...axis.to, most: size == .wide ? 9 : 5) { labels, step in
            let widest = labels.map { TextExtent.width($0, size: small) }.max() ?? 0
            return widest + 14 <= step / (axis.to - axis.from) * width
        }
        .ticks
    }

    /// Lines and labels of time, and the plot's lower edge.
    func drawTicks(on canvas: inout ChartCanvas, _ plot: PlotBox) {
        let ticks = ticks()
        let withSeconds = ticks.count > 1 && ticks[1].at - ticks[0].at < 60
        for tick in ticks {
            let x = left + x(tick.at)
            canvas.line(x, plot.bottom, x, plot.bottom + 5, "x")
            canvas.text(tick.label, centre(tick.label, x), plot.bottom + 18, "t", .middle)
            if hasClock, let clock = axis.clock {
                let label = TimeTicks.clock(clock + tick.at, withSeconds: withSeconds)
                canvas.text(label, centre(label, x), plot.bottom + 34, "q", .middle)
            }
        }
        if hasClock { canvas.text("UTC", left - 40, plot.bottom + 34, "q", .end) }
        canvas.line(plot.left, plot.bottom, plot.right, plot.bottom, "x")
    }

    /// Where the middle of a text must be so that the picture holds all of it.
    func centre(_ text: String, _ x: Double, size: Double = ChartCanvas.smallSize) -> Double {
        let half = TextExtent.width(text, size: size) / 2
        return min(max(x, half), max(viewWidth - half, half))
    }

    /// Shades every other step, and writes labels where they fit. In the plot's box.
    func drawSteps(_ steps: [TimeSpan], on canvas: inout ChartCanvas, height: Double) {
        var labels: [(String, Double)] = []
        var free = -Double.infinity
        for (index, step) in steps.enumerated() {
            guard let (from, to) = visible(step) else { continue }
            canvas.rect(from, 0, to - from, height, index.isMultiple(of: 2) ? "s0" : "s1", title: step.label)
            let needed = TextExtent.width(step.label, size: ChartCanvas.smallSize)
            if needed + 8 <= to - from, from >= free {
                labels.append((step.label, from + 5))
                free = from + needed + 8
            }
        }
        for (label, x) in labels { canvas.text(label, x, 14, "q") }
    }
}
