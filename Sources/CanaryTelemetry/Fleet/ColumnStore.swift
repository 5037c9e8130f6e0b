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

    /// In place of a value that is no count from 0 to 2^53, and of a count that was given twice: neither is zero.
    static let notACount = -1.0

    /// Stores a series' samples; what is off the grid is dropped.
    mutating func store(_ series: PrometheusSeries, in row: Int32, _ grid: FleetGrid) {
        let (block, place) = Int(row).quotientAndRemainder(dividingBy: Self.rowsPerBlock)
        let base = place * columns
        let count = min(series.times.count, series.values.count)
        for index in 0..<count {
            guard let column = grid.column(series.times[index]) else { continue }
            let value = series.values[index]
            let isCount = value >= 0 && value <= 9_007_199_254_740_992 && blocks[block][base &+ column].isNaN
            blocks[block][base &+ column] = isCount ? value : Self.notACount
        }
    }

    /// Stores the largest of what several series say about one thing; what is no number above zero says nothing.
    mutating func storeLargest(_ series: PrometheusSeries, in row: Int32, _ grid: FleetGrid) {
        let (block, place) = Int(row).quotientAndRemainder(dividingBy: Self.rowsPerBlock)
        let base = place * columns
        for (time, value) in zip(series.times, series.values) where value >= 0 && value <= 9_007_199_254_740_992 {
            guard let column = grid.column(time) else { continue }
            let known = blocks[block][base &+ column]
            blocks[block][base &+ column] = known > value ? known : value
        }
    }
}
