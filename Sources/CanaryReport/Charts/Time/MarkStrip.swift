/// Labels of moments above the plot, in up to four rows, and their lines through it.
///
/// A label begins at its line. Labels are placed from the last one back, each in the lowest row where it ends before the next
/// label and before the next line that goes up through that row; thus no line crosses a label.
struct MarkStrip {
    private struct Placed {
        var mark: TimeMark
        var x: Double
        var text: String
        /// Nil if there was no room; its line has its text for pointers, and the table has it too.
        var row: Int?
        /// Whether the label ends at its line, because the picture ends behind it.
        var isFlipped: Bool
    }

    private static let rowHeight = 17.0
    private static let mostRows = 4
    /// Only the first so many have lines; tables hold all.
    private static let mostMarks = 60

    private var placed: [Placed] = []
    let height: Double

    init(_ marks: [TimeMark], _ frame: TimeFrame) {
        var ends = [Double](repeating: .infinity, count: Self.mostRows)
        var rows = 0
        let ordered = marks.filter { $0.at.isFinite }.sorted { $0.at < $1.at }.prefix(Self.mostMarks)
        for mark in ordered.reversed() {
            let offset = frame.x(mark.at)
            guard offset >= -0.5, offset <= frame.width + 0.5 else { continue }
            let x = frame.left + offset
            let text = TextExtent.cut(
                mark.label,
                size: ChartCanvas.smallSize,
                room: frame.size == .wide ? 260 : 180
            )
            let width = TextExtent.width(text, size: ChartCanvas.smallSize) + 5
            let isFlipped = x + width > frame.viewWidth
            let (start, end) = isFlipped ? (x - width, x) : (x, x + width)
            let row = text.isEmpty ? nil : ends.firstIndex { end + 6 <= $0 }
            if let row {
                rows = max(rows, row + 1)
                ends[row] = start
                for lower in 0..<row { ends[lower] = min(ends[lower], x) }
            }
            placed.append(Placed(mark: mark, x: x, text: text, row: row, isFlipped: isFlipped))
        }
        height = Double(rows) * Self.rowHeight
    }

    func draw(on canvas: inout ChartCanvas, top: Double, _ box: PlotBox) {
        for item in placed.reversed() {
            let title = item.mark.detail.isEmpty ? item.mark.label : item.mark.detail
            let color = item.mark.role.styleClass
            canvas.group(title: title, anchor: item.mark.anchor) { canvas in
                // Row 0 is the lowest, nearest to the plot.
                let baseline = top + height - Double(item.row ?? 0) * Self.rowHeight - 4
                canvas.line(item.x, item.row == nil ? box.top - 4 : baseline - 10, item.x, box.bottom, "w \(color)")
                guard item.row != nil else { return }
                let x = item.isFlipped ? item.x - 5 : item.x + 5
                canvas.text(item.text, x, baseline, "k \(color)", item.isFlipped ? .end : .start)
            }
        }
    }
}
