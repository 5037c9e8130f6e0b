/// What answers lack or hold that no pod can have said.
extension PodReader {
    /// What became of the series of a pod between two moments.
    enum Change {
        case none
        /// A counter fell: the process is another one, and need not have all series.
        case fallen
        /// A series is missing while the process lives.
        case hole
    }

    /// Whether everything that there is of a pod is a count, once.
    func isReadable(
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>,
        _ copyRow: Int32?,
        _ column: Int
    ) -> Bool {
        if let copyRow, table.store[copyRow, column] > 1 { return false }
        return allRows(counters, histograms) { !(table.store[$0, column] < 0) } && areWhole(histograms, column)
    }

    func difference(
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>,
        _ since: Int,
        _ column: Int
    ) -> Change {
        var (isMissing, hasFallen) = (false, false)
        _ = allRows(counters, histograms) { row in
            let (before, now) = (table.store[row, since], table.store[row, column])
            if before.isNaN { return true }
            if now.isNaN { isMissing = true } else if now < before { hasFallen = true }
            return true
        }
        if hasFallen { return .fallen }
        return isMissing ? .hole : .none
    }

    /// Whether a series that the baseline lacks was there before it, in the life of the same process: since when it
    /// counted what it has is not known.
    func returns(
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>,
        _ since: Int,
        _ column: Int,
        _ birth: Int
    ) -> Bool {
        guard birth < since else { return false }
        return !allRows(counters, histograms) { row in
            guard table.store[row, since].isNaN, !table.store[row, column].isNaN else { return true }
            return (birth..<since).allSatisfy { table.store[row, $0].isNaN }
        }
    }

    private func allRows(
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>,
        _ condition: (Int32) -> Bool
    ) -> Bool {
        for counter in counters where !condition(table.counters[Int(counter)].row) { return false }
        for histogram in histograms {
            for place in order {
                let row = row(histogram, place)
                if row >= 0, !condition(row) { return false }
            }
        }
        return true
    }
}
