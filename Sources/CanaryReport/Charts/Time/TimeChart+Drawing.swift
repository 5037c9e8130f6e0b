extension TimeChart {
    package func svg(_ size: ChartSize) -> String {
        var canvas = ChartCanvas(self, size)
        let frame = TimeFrame(time, size, known: series.flatMap { $0.points.map(\.at) })
        let lines = series.flatMap { $0.points.compactMap(\.value) }
        let scale = ValueScale(
            axis,
            pinned: rules.map(\.value),
            firm: lines,
            soft: bands.flatMap { $0.points.flatMap { [$0.lower, $0.upper] } }.compactMap(\.self),
            most: height == .low ? 3 : 5
        )
        let plotHeight = plotHeight(size)
        let plot = TimePlot(frame: frame, scale: scale, height: plotHeight)
        let ends = EndLabels(self, plot)
        let legend = legend(ends: ends, frame: frame)
        legend.draw(on: &canvas, top: 2)
        let strip = MarkStrip(marks, frame)
        let top = legend.height + strip.height + 8
        let box = PlotBox(left: frame.left, top: top, width: frame.width, height: plotHeight)

        canvas.box(box) { canvas in
            frame.drawSteps(steps, on: &canvas, height: plotHeight)
        }
        let isEmpty = lines.allSatisfy { plot.y($0) == nil } && bands.allSatisfy { plot.edges($0).isEmpty }
        if !isEmpty { drawGrid(scale, on: &canvas, box) }
        canvas.box(box) { canvas in
            for span in unusable {
                guard let (from, to) = frame.visible(span) else { continue }
                canvas.hatch(from, 0, max(to - from, 1), plotHeight, title: span.label)
            }
            for band in bands { draw(band, plot, on: &canvas) }
            for one in series where one.shape == .area || one.shape == .stepArea { fill(one, plot, on: &canvas) }
            for rule in rules {
                guard let y = plot.y(rule.value) else { continue }
                canvas.line(0, y, frame.width, y, "u \(rule.role.styleClass)")
            }
            for one in series { draw(one, plot, on: &canvas) }
        }
        frame.drawTicks(on: &canvas, box)
        strip.draw(on: &canvas, top: legend.height + 2, box)
        ends.draw(on: &canvas, box)
        drawEdges(scale, on: &canvas, box)
        if isEmpty {
            canvas.text("no data", box.left + box.width / 2, box.top + box.height / 2 + 4, "n", .middle)
        }
        return canvas.document(
            title: title,
            summary: summary,
            width: frame.viewWidth,
            height: box.bottom + frame.footHeight
        )
    }

    private func plotHeight(_ size: ChartSize) -> Double {
        switch (height, size) {
        case (.low, .wide): 110
        case (.regular, .wide): 210
        case (.tall, .wide): 300
        case (.low, .compact): 100
        case (.regular, .compact): 180
        case (.tall, .compact): 230
        }
    }

    private func legend(ends: EndLabels, frame: TimeFrame) -> ChartLegend {
        var entries: [ChartLegend.Entry] = []
        if !axis.label.isEmpty { entries.append(.init(sample: .none, label: axis.label)) }
        for one in series where !ends.names(one) {
            let hasValues = one.points.contains { $0.value.map { !$0.isNaN } ?? false }
            entries.append(
                .init(
                    sample: .line(one.role.lineClasses(variant: one.variant)),
                    label: hasValues || one.label.isEmpty ? one.label : "\(one.label): no data"
                )
            )
        }
        for band in bands where !ends.names(band) {
            entries.append(
                .init(sample: band.isHatched ? .hatch : .area("b \(band.role.styleClass)"), label: band.label)
            )
        }
        for span in unusable { entries.append(.init(sample: .hatch, label: span.label)) }
        return ChartLegend(entries, left: 0, right: frame.viewWidth)
    }

    private func drawGrid(_ scale: ValueScale, on canvas: inout ChartCanvas, _ box: PlotBox) {
        for tick in scale.ticks {
            guard let fraction = scale.position(tick.value) else { continue }
            let y = box.bottom - fraction * box.height
            canvas.line(box.left, y, box.right, y, tick.value == 0 && !scale.isLog ? "z" : "g")
            let label = TextExtent.cut(tick.label, size: ChartCanvas.smallSize, room: box.left - 8)
            canvas.text(label, box.left - 8, y + 4, "t", .end)
        }
    }

    private func draw(_ band: TimeBand, _ plot: TimePlot, on canvas: inout ChartCanvas) {
        var path = PathText()
        for (upper, lower) in plot.edges(band) {
            guard let first = upper.first, let last = lower.last else { continue }
            let slack = upper.count == 1 ? 1.5 : 0
            path.move(first.x - slack, first.y)
            for point in upper.dropFirst() { path.line(point.x, point.y) }
            if upper.count == 1 { path.line(first.x + slack, first.y) }
            if lower.count == 1 { path.line(last.x + slack, last.y) }
            for point in lower.reversed() { path.line(point.x - slack, point.y) }
            path.close()
        }
        canvas.draw(path, "b \(band.role.styleClass)")
        if band.isHatched { canvas.hatch(path) }
        if band.isStepped { canvas.draw(path, "be \(band.role.styleClass)") }
    }

    private func fill(_ one: TimeSeries, _ plot: TimePlot, on canvas: inout ChartCanvas) {
        let floor = min(max(plot.y(0) ?? plot.height, 0), plot.height)
        var path = PathText()
        for points in plot.paths(one) {
            guard let first = points.first, let last = points.last, points.count > 1 else { continue }
            path.move(first.x, floor)
            for point in points { path.line(point.x, point.y) }
            path.line(last.x, floor)
            path.close()
        }
        canvas.draw(path, "b \(one.role.styleClass)")
    }

    private func draw(_ one: TimeSeries, _ plot: TimePlot, on canvas: inout ChartCanvas) {
        var path = PathText()
        var dots = PathText()
        for points in plot.paths(one) {
            guard let first = points.first else { continue }
            guard points.count > 1 else {
                dots.move(first.x, first.y)
                dots.dot()
                continue
            }
            path.move(first.x, first.y)
            for point in points.dropFirst() { path.line(point.x, point.y) }
        }
        canvas.draw(path, one.role.lineClasses(variant: one.variant))
        canvas.draw(dots, "o \(one.role.styleClass)")
    }

    /// Says what lies outside of the axis, and how far: first of the lines, else of the bands.
    private func drawEdges(_ scale: ValueScale, on canvas: inout ChartCanvas, _ box: PlotBox) {
        let values = series.flatMap { $0.points.compactMap(\.value) }
        // Limits without an end are meant to reach the edge.
        let limits = bands.flatMap { $0.points.flatMap { [$0.lower, $0.upper] } }.compactMap(\.self).filter(\.isFinite)
        let top = box.top + (steps.isEmpty ? 14 : 30)
        func isAbove(_ value: Double) -> Bool { (scale.position(value) ?? 0) > 1.0001 }
        func isBelow(_ value: Double) -> Bool { (scale.position(value) ?? 0) < -0.0001 }
        func reach(_ value: Double, _ words: String) -> String {
            value.isFinite ? "\(words) \(axis.unit.text(value))" : "beyond the axis"
        }
        if let highest = values.filter(isAbove).max() {
            canvas.text("▲ \(reach(highest, "up to"))", box.right - 4, top, "c", .end)
        } else if let highest = limits.filter(isAbove).max() {
            canvas.text("▲ band: \(reach(highest, "up to"))", box.right - 4, top, "q", .end)
        }
        if let lowest = values.filter(isBelow).min() {
            canvas.text("▼ \(reach(lowest, "down to"))", box.right - 4, box.bottom - 6, "c", .end)
        } else if let lowest = limits.filter(isBelow).min() {
            canvas.text("▼ band: \(reach(lowest, "down to"))", box.right - 4, box.bottom - 6, "q", .end)
        }
    }
}
