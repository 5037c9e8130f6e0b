extension LaneChart {
    private static let radius = 6.0

    package func svg(_ size: ChartSize) -> String {
        var canvas = ChartCanvas(self, size)
        let frame = TimeFrame(time, size, known: marks.map(\.at))
        let laneHeight = size == .wide ? 38.0 : 48
        let lanes = lanes.prefix(24)
        let top = steps.isEmpty ? 4.0 : 24
        let box = PlotBox(
            left: frame.left,
            top: top,
            width: frame.width,
            height: Double(max(lanes.count, 1)) * laneHeight
        )
        if !steps.isEmpty {
            canvas.box(PlotBox(left: box.left, top: 2, width: box.width, height: box.height + top - 2)) { canvas in
                frame.drawSteps(steps, on: &canvas, height: box.height + top - 2)
            }
        }
        for (index, lane) in lanes.enumerated() {
            let middle = self.middle(index, laneHeight, size, box)
            canvas.line(box.left, middle, box.right, middle, "g")
            if size == .wide {
                let name = TextExtent.cut(lane, size: ChartCanvas.smallSize, room: box.left - 12)
                canvas.text(name, box.left - 12, middle + 4, "t", .end)
            } else {
                canvas.text(TextExtent.cut(lane, size: ChartCanvas.smallSize, room: 240), 0, middle - 14, "t")
            }
            drawBars(index, middle, frame, on: &canvas, box)
            drawMarks(index, middle, frame, on: &canvas, box)
        }
        frame.drawTicks(on: &canvas, box)
        if lanes.isEmpty || marks.isEmpty && bars.isEmpty {
            canvas.text("no events", box.left + box.width / 2, box.top + box.height / 2 + 4, "n", .middle)
        }
        let legend = ChartLegend(
            keys.map { .init(sample: .symbol($0.symbol, $0.role), label: $0.label) },
            left: size == .wide ? frame.left : 0,
            right: frame.viewWidth
        )
        let foot = box.bottom + frame.footHeight + (legend.height > 0 ? 8 : 0)
        legend.draw(on: &canvas, top: foot)
        return canvas.document(title: title, summary: summary, width: frame.viewWidth, height: foot + legend.height)
    }

    private func middle(_ lane: Int, _ laneHeight: Double, _ size: ChartSize, _ box: PlotBox) -> Double {
        box.top + Double(lane) * laneHeight + (size == .wide ? laneHeight / 2 : laneHeight - 16)
    }

    private func drawBars(
        _ lane: Int,
        _ middle: Double,
        _ frame: TimeFrame,
        on canvas: inout ChartCanvas,
        _ box: PlotBox
    ) {
        for bar in bars where bar.lane == lane {
            let span = TimeSpan(bar.label, from: bar.from, to: bar.to)
            guard let (from, to) = frame.visible(span) else { continue }
            let width = max(to - from, 2)
            canvas.rect(box.left + from, middle - 8, width, 16, "br \(bar.role.styleClass)", title: bar.label)
            if TextExtent.width(bar.label, size: ChartCanvas.smallSize) + 12 <= width {
                canvas.text(bar.label, box.left + from + 10, middle + 4, "t")
            }
        }
    }

    /// Marks whose symbols would overlap are drawn as one, with their number beside it.
    private func drawMarks(
        _ lane: Int,
        _ middle: Double,
        _ frame: TimeFrame,
        on canvas: inout ChartCanvas,
        _ box: PlotBox
    ) {
        let clusters = clusters(lane, frame)
        let spans = bars.filter { $0.lane == lane }.compactMap { frame.visible(TimeSpan("", from: $0.from, to: $0.to)) }
        for (index, cluster) in clusters.enumerated() {
            guard let shown = cluster.marks.max(by: { Self.weight($0.role) < Self.weight($1.role) }) else { continue }
            let x = box.left + cluster.x
            let isInBar = spans.contains { $0.from - 1 <= cluster.x && cluster.x < $0.to - 1 }
            let next = index + 1 < clusters.count ? box.left + clusters[index + 1].x - 8 : frame.viewWidth
            let count = cluster.marks.count
            let label = count == 1 ? shown.label : "×\(count)"
            canvas.group(title: title(of: cluster.marks), anchor: shown.anchor) { canvas in
                canvas.symbol(shown.symbol, x, middle, radius: Self.radius, shown.role)
                let room = next - x - 10
                let text = TextExtent.cut(label, size: ChartCanvas.smallSize, room: room)
                if !isInBar, text == label || room >= 56 { canvas.text(text, x + 10, middle + 4, "k") }
            }
        }
    }

    private struct Cluster {
        var x: Double
        var marks: [Mark]
    }

    private func clusters(_ lane: Int, _ frame: TimeFrame) -> [Cluster] {
        let ordered = marks.filter { $0.lane == lane && $0.at.isFinite }.sorted { $0.at < $1.at }
        var result: [Cluster] = []
        for mark in ordered {
            let x = frame.x(mark.at)
            guard x >= -0.5, x <= frame.width + 0.5 else { continue }
            if let last = result.last, x - last.x < Self.radius * 2 + 1 {
                result[result.count - 1].marks.append(mark)
            } else {
                result.append(Cluster(x: x, marks: [mark]))
            }
        }
        return result
    }

    private func title(of marks: [Mark]) -> String {
        let lines = marks.prefix(6).map { mark in
            "\(TimeTicks.label(mark.at)): \(mark.detail.isEmpty ? mark.label : mark.detail)"
        }
        let rest = marks.count - lines.count
        return (lines + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: " · ")
    }

    /// Which of several marks in one place is shown: what is worst.
    private static func weight(_ role: ChartRole) -> Int {
        switch role {
        case .harm: 4
        case .canary: 3
        case .safety: 2
        case .stable: 1
        case .neutral: 0
        }
    }

    package var table: DataTable {
        let rows = marks.filter { $0.at.isFinite && lanes.indices.contains($0.lane) }
            .map { ($0.at, [lanes[$0.lane], $0.label]) }
        let spans = bars.filter { $0.from.isFinite && lanes.indices.contains($0.lane) }
            .map { ($0.from, [lanes[$0.lane], "\($0.label) until \(TimeTicks.label($0.to))"]) }
        return DataTable(
            caption: title,
            header: ["Time", "Lane", "Event"],
            rows: (rows + spans).sorted { $0.0 < $1.0 }.map { [TimeTicks.label($0.0)] + $0.1 }
        )
        .thinned()
    }
}
