extension ShiftChart {
    package func svg(_ size: ChartSize) -> String {
        var canvas = ChartCanvas(self, size)
        let rows = Array(rows.prefix(DataTable.mostRows))
        let frame = ShiftFrame(self, rows, size)
        let box = frame.box
        drawAxis(frame, on: &canvas)
        for (index, row) in rows.enumerated() {
            let top = box.top + Double(index) * frame.rowHeight
            // On narrow pages the interval in words stands above its line, else beside it.
            let y = top + frame.rowHeight * (size == .wide ? 0.5 : 0.68)
            if index > 0 { canvas.line(box.left, top, box.right, top, "g") }
            let name = TextExtent.cut(row.label, size: ChartCanvas.textSize, room: box.left - 14)
            canvas.text(name, box.left - 12, y + 4, "d", .end)
            draw(row, frame, on: &canvas, y: y)
            let color = row.role.styleClass
            if size == .wide {
                let room = frame.viewWidth - box.right - 16
                let words = TextExtent.cut(words(row), size: ChartCanvas.textSize, room: room)
                canvas.text(words, box.right + 16, y + 4, "d \(color)")
            } else {
                let words = TextExtent.cut(words(row), size: ChartCanvas.smallSize, room: box.width - 6)
                canvas.text(words, box.left + 4, y - 13, "k \(color)")
            }
        }
        if rows.isEmpty {
            canvas.text("no data", box.left + box.width / 2, box.top + box.height / 2 + 4, "n", .middle)
        }
        return canvas.document(title: title, summary: summary, width: frame.viewWidth, height: box.bottom + 28)
    }

    private func drawAxis(_ frame: ShiftFrame, on canvas: inout ChartCanvas) {
        let box = frame.box
        for tick in frame.scale.ticks {
            let x = frame.x(tick.value)
            canvas.line(x, box.top, x, box.bottom + 5, tick.value == 0 ? "z" : "g")
            canvas.text(tick.label, x, box.bottom + 19, "t", .middle)
        }
        func width(_ text: String) -> Double { TextExtent.width(text, size: ChartCanvas.smallSize) }
        let zero = frame.x(0)
        let (left, right) = ("← \(below)", "\(above) →")
        if zero - box.left > width(left) + 8 { canvas.text(left, zero - 6, 14, "q", .end) }
        if box.right - zero > width(right) + 8 { canvas.text(right, zero + 6, 14, "q") }
        if let tolerance, tolerance.isFinite {
            let x = frame.x(tolerance)
            let label = "tolerance \(unit.text(tolerance))"
            let half = width(label) / 2
            canvas.line(x, box.top - 4, x, box.bottom, "u rn")
            canvas.text(label, min(max(x, half), frame.viewWidth - half), box.top - 9, "k rn", .middle)
        }
    }

    private func words(_ row: Row) -> String {
        guard row.lower != nil || row.upper != nil else {
            return row.note.isEmpty ? "cannot be told" : "cannot be told · \(row.note)"
        }
        let interval = unit.text(from: row.lower, to: row.upper)
        return row.note.isEmpty ? interval : "\(interval) · \(row.note)"
    }

    /// The interval with a bar at a known end and an arrow at an open one, and the point on it.
    private func draw(_ row: Row, _ frame: ShiftFrame, on canvas: inout ChartCanvas, y: Double) {
        let color = row.role.styleClass
        let lower = row.lower.flatMap { $0.isNaN ? nil : $0 }
        let upper = row.upper.flatMap { $0.isNaN ? nil : $0 }
        if lower != nil || upper != nil {
            let isOpenLow = lower.map { (frame.scale.position($0) ?? 0) < -1e-6 } ?? true
            let isOpenHigh = upper.map { (frame.scale.position($0) ?? 0) > 1 + 1e-6 } ?? true
            let from = isOpenLow ? frame.box.left + 2 : frame.x(lower ?? 0)
            let to = isOpenHigh ? frame.box.right - 2 : max(frame.x(upper ?? 0), from + 1)
            canvas.line(from, y, to, y, "iv \(color)")
            var ends = PathText()
            for (end, isOpen, direction) in [(from, isOpenLow, 1.0), (to, isOpenHigh, -1.0)] {
                ends.move(isOpen ? end + direction * 7 : end, y - 6)
                if isOpen { ends.line(end, y) }
                ends.line(isOpen ? end + direction * 7 : end, y + 6)
            }
            canvas.draw(ends, "ie \(color)")
        }
        if let point = row.point, point.isFinite {
            canvas.symbol(.circle, frame.x(point), y, radius: 5, row.role)
        }
    }

    package var table: DataTable {
        DataTable(
            caption: tolerance.map { "\(title); tolerance \(unit.text($0))" } ?? title,
            header: ["Quantile", "From", "To", "Estimate", "Note"],
            rows: rows.map { row in
                [
                    row.label, row.lower.map { unit.text($0) } ?? "open", row.upper.map { unit.text($0) } ?? "open",
                    row.point.map { unit.text($0) } ?? "–", row.note,
                ]
            }
        )
        .thinned()
    }
}

/// The horizontal axis and the rows of a shift chart.
private struct ShiftFrame {
    let viewWidth: Double
    let rowHeight: Double
    let box: PlotBox
    let scale: ValueScale

    init(_ chart: ShiftChart, _ rows: [ShiftChart.Row], _ size: ChartSize) {
        let isWide = size == .wide
        viewWidth = isWide ? 880 : 324
        rowHeight = isWide ? 34 : 44
        let left = isWide ? 96.0 : 52
        box = PlotBox(
            left: left,
            top: 46,
            width: (isWide ? viewWidth - 220 : viewWidth - 14) - left,
            height: Double(max(rows.count, 1)) * rowHeight
        )
        scale = ValueScale(
            ValueAxis(chart.unit),
            pinned: [0, chart.tolerance].compactMap(\.self),
            firm: rows.flatMap { [$0.lower, $0.upper, $0.point] }.compactMap(\.self),
            soft: [],
            most: isWide ? 6 : 3
        )
    }

    func x(_ value: Double) -> Double { box.left + min(max(scale.position(value) ?? 0, 0), 1) * box.width }
}
