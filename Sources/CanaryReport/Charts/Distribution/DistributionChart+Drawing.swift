extension DistributionChart {
    package func svg(_ size: ChartSize) -> String {
        var canvas = ChartCanvas(self, size)
        let view = size == .wide ? 880.0 : 324.0
        let plot = DistributionPlot(self, size)
        let legend = ChartLegend(entries(plot, size), left: 0, right: view)
        legend.draw(on: &canvas, top: 2)
        let edgeRoom = edges.isEmpty ? 8.0 : 26.0
        let left = size == .wide ? 96.0 : 50
        let right = size == .wide ? view - TimeFrame.wideMargin : view - 12
        let box = PlotBox(
            left: left,
            top: legend.height + edgeRoom,
            width: right - left,
            height: size == .wide ? 260 : 220
        )
        for share in [0, 0.25, 0.5, 0.75, 1] {
            let y = box.bottom - share * box.height
            canvas.line(box.left, y, box.right, y, share == 0 ? "x" : "g")
            canvas.text(ChartUnit.share.text(share), box.left - 8, y + 4, "t", .end)
        }
        drawTicks(plot, on: &canvas, box)
        drawEdges(plot, on: &canvas, box)
        if plot.isEmpty {
            canvas.text("no data", box.left + box.width / 2, box.top + box.height / 2 + 4, "n", .middle)
        } else {
            canvas.box(box) { canvas in
                for version in versions { drawBand(version, plot, on: &canvas) }
                for version in versions { drawSteps(version, plot, on: &canvas) }
            }
            if size == .wide { drawEndLabels(plot, on: &canvas, box) }
        }
        return canvas.document(title: title, summary: summary, width: view, height: box.bottom + 26)
    }

    private func entries(_ plot: DistributionPlot, _ size: ChartSize) -> [ChartLegend.Entry] {
        var entries: [ChartLegend.Entry] = [.init(sample: .none, label: "requests at or below")]
        for version in versions {
            let hasData = Cumulation(counts: version.counts, bounds: plot.bounds.count).total > 0
            let label = hasData ? version.label : "\(version.label): no data"
            entries.append(.init(sample: .line(version.role.lineClasses(variant: 0)), label: label))
        }
        if !plot.isEmpty {
            entries.append(.init(sample: .area("b2 rn"), label: "within a bucket"))
            if versions.contains(where: { !$0.lower.isEmpty && !$0.upper.isEmpty }) {
                entries.append(.init(sample: .area("b rn"), label: bandLabel))
            }
        }
        return entries
    }

    private func drawTicks(_ plot: DistributionPlot, on canvas: inout ChartCanvas, _ box: PlotBox) {
        var free = -Double.infinity
        let limit = plot.hasOverflow ? box.left + plot.x(of: plot.high) - 4 : .infinity
        for value in plot.ticks {
            let x = box.left + plot.x(of: value)
            canvas.line(x, box.bottom, x, box.bottom + 5, "x")
            let label = ChartUnit.milliseconds.tick(value, step: value)
            let half = TextExtent.width(label, size: ChartCanvas.smallSize) / 2
            guard x - half >= free, x + half <= limit || !plot.hasOverflow else { continue }
            canvas.text(label, x, box.bottom + 18, "t", .middle)
            free = x + half + 10
        }
        guard plot.hasOverflow, let last = plot.bounds.last else { return }
        let start = box.left + plot.x(of: last)
        canvas.line(start, box.top, start, box.bottom + 5, "y")
        let label = "> \(ChartUnit.milliseconds.text(last))"
        canvas.text(label, (start + box.right) / 2, box.bottom + 18, "t", .middle)
    }

    /// The limits of the shares, which within a bucket are those of its ends.
    private func drawBand(_ version: Version, _ plot: DistributionPlot, on canvas: inout ChartCanvas) {
        guard version.lower.count >= plot.bounds.count, version.upper.count >= plot.bounds.count,
            Cumulation(counts: version.counts, bounds: plot.bounds.count).total > 0
        else { return }
        canvas.draw(plot.outline(lower: version.lower, upper: version.upper), "b \(version.role.styleClass)")
    }

    private func drawSteps(_ version: Version, _ plot: DistributionPlot, on canvas: inout ChartCanvas) {
        let known = plot.cumulation(version)
        guard known.total > 0 else { return }
        canvas.draw(plot.outline(lower: known.shares, upper: known.shares), "b2 \(version.role.styleClass)")
        let classes = version.role.lineClasses(variant: 0)
        canvas.draw(plot.stairs(known.shares, isUpper: true), "\(classes) i")
        canvas.draw(plot.stairs(known.shares, isUpper: false), "\(classes) i")
    }

    private func drawEdges(_ plot: DistributionPlot, on canvas: inout ChartCanvas, _ box: PlotBox) {
        var free = -Double.infinity
        for edge in edges.filter({ $0.at.isFinite }).sorted(by: { $0.at < $1.at }) {
            let offset = plot.x(of: edge.at)
            guard offset >= 0, offset <= box.width else { continue }
            let x = box.left + offset
            canvas.line(x, box.top - 4, x, box.bottom, "w rn")
            let label = TextExtent.cut(edge.label, size: ChartCanvas.smallSize, room: box.width / 2)
            let half = TextExtent.width(label, size: ChartCanvas.smallSize) / 2
            let centre = min(max(x, half), box.right + 10 - half)
            guard centre - half >= free else { continue }
            canvas.text(label, centre, box.top - 8, "k rn", .middle)
            free = centre + half + 8
        }
    }

    /// Medians beside the plot would lie; the share above the last bound is what the end of a curve can say.
    private func drawEndLabels(_ plot: DistributionPlot, on canvas: inout ChartCanvas, _ box: PlotBox) {
        guard plot.hasOverflow else { return }
        let labels = versions.compactMap { version -> (String, ChartRole, Double)? in
            let known = plot.cumulation(version)
            guard known.total > 0, known.overflow > 0 else { return nil }
            let share = known.overflow / known.total
            return (
                "\(version.label) \(ChartUnit.share.text(share))", version.role,
                (1 - (known.shares.last ?? 0)) * box.height
            )
        }
        guard let places = LabelSpread.positions(labels.map(\.2), gap: 16, within: 6...box.height - 4) else { return }
        for ((text, role, _), y) in zip(labels, places) {
            let label = TextExtent.cut(text, size: ChartCanvas.smallSize, room: TimeFrame.wideMargin - 12)
            canvas.text(label, box.right + 10, box.top + y + 4, "k \(role.styleClass)")
        }
    }
}
