/// Entries with a sample of what they explain, in rows that break where the picture ends.
struct ChartLegend {
    enum Sample: Sendable, Hashable {
        case line(String)
        case area(String)
        case hatch
        case symbol(LaneChart.Symbol, ChartRole)
        /// Only words.
        case none
    }

    struct Entry: Sendable, Hashable {
        var sample: Sample
        var label: String
    }

    static let rowHeight = 20.0
    private static let gap = 18.0

    /// Entries with their left ends and rows.
    private let placed: [(entry: Entry, x: Double, row: Int, text: String)]
    let height: Double

    /// Equal entries are written once.
    init(_ entries: [Entry], left: Double, right: Double) {
        var seen: Set<Entry> = []
        var placed: [(entry: Entry, x: Double, row: Int, text: String)] = []
        var (x, row) = (left, 0)
        for entry in entries where !entry.label.isEmpty && seen.insert(entry).inserted {
            let sample = Self.width(entry.sample)
            let text = TextExtent.cut(entry.label, size: ChartCanvas.smallSize, room: right - left - sample)
            let width = sample + TextExtent.width(text, size: ChartCanvas.smallSize)
            if x > left, x + width > right { (x, row) = (left, row + 1) }
            placed.append((entry, x, row, text))
            x += width + Self.gap
        }
        self.placed = placed
        height = placed.isEmpty ? 0 : Double(row + 1) * Self.rowHeight
    }

    func draw(on canvas: inout ChartCanvas, top: Double) {
        for item in placed {
            let middle = top + Double(item.row) * Self.rowHeight + 8
            let x = item.x
            switch item.entry.sample {
            case .line(let classes): canvas.line(x, middle, x + 22, middle, classes)
            case .area(let classes): canvas.rect(x, middle - 5, 22, 10, classes)
            case .hatch: canvas.hatch(x, middle - 5, 22, 10)
            case .symbol(let symbol, let role):
                canvas.symbol(symbol, x + 6, middle, radius: 5, role)
            case .none: break
            }
            canvas.text(item.text, x + Self.width(item.entry.sample), middle + 4, "k")
        }
    }

    private static func width(_ sample: Sample) -> Double {
        switch sample {
        case .line, .area, .hatch: 28
        case .symbol: 17
        case .none: 0
        }
    }
}
