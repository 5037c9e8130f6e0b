/// Rows of numbers of one length, in blocks: growing copies nothing.
struct ColumnStore: Sendable {
    let columns: Int
    private(set) var count = 0
    private var blocks: [[Double]] = []

    private static var rowsPerBlock: Int { 1024 }

    init(columns: Int) {
        self.columns = columns
    }

    /// A further row of NaN: nothing is known yet.
    mutating func addRow() -> Int32 {
        if count == blocks.count &* Self.rowsPerBlock {
            blocks.append(Array(repeating: .nan, count: Self.rowsPerBlock * columns))
        }
        count += 1
        return Int32(truncatingIfNeeded: count - 1)
    }

    @inline(__always)
    subscript(row: Int32, column: Int) -> Double {
        let (block, place) = Int(row).quotientAndRemainder(dividingBy: Self.rowsPerBlock)
        return blocks[block][place &* columns &+ column]
    }

    /// Stores a series' samples; what is off the grid is dropped, and what no counter can be is absent.
    mutating func store(_ series: PrometheusSeries, in row: Int32, _ grid: FleetGrid) {
        let (block, place) = Int(row).quotientAndRemainder(dividingBy: Self.rowsPerBlock)
        let base = place * columns
        let count = min(series.times.count, series.values.count)
        for index in 0..<count {
            let value = series.values[index]
            guard value >= 0, value <= 9_007_199_254_740_992, let column = grid.column(series.times[index]) else {
                continue
            }
            blocks[block][base &+ column] = value
        }
    }
}
