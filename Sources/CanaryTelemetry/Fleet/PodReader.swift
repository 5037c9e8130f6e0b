/// Reads the counters of single pods out of a table, by the rules of `TelemetryCollector`.
///
/// A pod that was not scraped keeps its baseline for `TelemetryCollector.patience` moments, and what it did belongs to
/// the window in which the next scrape falls. A lower value is a series that began again; if more than half of a pod's
/// counters are lower, the process is another one and all of them began again. A series that was not there before
/// began at zero if its pod was known. A pod whose buckets fall or are incomplete tells nothing in that window, and so
/// does one with a value that is no count, or without a series that it had while its process lives: that is a hole in the
/// answer, not a counter at zero. Its baseline stays, so that the next reading makes up for it.
struct PodReader {
    /// What a pod did at one moment.
    struct Turn {
        enum Kind {
            /// It was scraped; what it counted since that column is new.
            case delta(since: Int, isRestart: Bool)
            /// It was not scraped and came back later, or was and cannot be read.
            case failed
            /// It was not scraped, and has not come back.
            case unsure
        }

        var column: Int
        var kind: Kind
    }

    let table: FleetTable
    /// Where the table's bounds are in the tally.
    let places: [Int?]
    /// The table's bounds by size.
    let order: [Int]

    init(_ table: FleetTable, places: [Int?]) {
        self.table = table
        self.places = places
        order = table.bounds.ascending
    }

    /// The bounds of a histogram, as bits of the tally's places.
    func mask(_ histogram: Int32) -> UInt64 {
        var mask: UInt64 = 0
        for place in order where row(histogram, place) >= 0 {
            if let target = places[place] { mask |= 1 &<< UInt64(target) }
        }
        return mask
    }

    func slots(histogram: Int32) -> ArraySlice<Int32> {
        let range = table.histograms[Int(histogram)].slots
        return table.slots[Int(range.lowerBound)..<Int(range.upperBound)]
    }

    /// All slots of a pod, each once.
    func slots(_ counters: ArraySlice<Int32>, _ histograms: ArraySlice<Int32>) -> [Int32] {
        var found: [Int32] = []
        for index in counters {
            for place in table.counters[Int(index)].slots {
                let slot = table.slots[Int(place)]
                if !found.contains(slot) { found.append(slot) }
            }
        }
        for index in histograms {
            for slot in slots(histogram: index) where !found.contains(slot) { found.append(slot) }
        }
        return found
    }

    // MARK: Moments

    /// What a pod did, by column.
    ///
    /// - Parameters:
    ///   - scrapeRow: when it was scraped; below zero for not known.
    ///   - copyRow: how often its requests are in the answers; nil for once.
    func turns(
        scrapeRow: Int32,
        copyRow: Int32? = nil,
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>
    ) -> [Turn] {
        var turns: [Turn] = []
        turns.reserveCapacity(table.grid.columns)
        var baseline: Int?
        /// Since when its process lives, as far as the counters tell.
        var birth = 0
        var isLost = false
        var lastScrape = -Double.infinity
        /// Moments since the baseline of which nothing is known yet.
        var missed: [Int] = []
        for column in 0..<table.grid.columns {
            let time = scrapeTime(scrapeRow, counters, histograms, column)
            if time > lastScrape {
                turns += missed.map { Turn(column: $0, kind: .failed) }
                missed.removeAll(keepingCapacity: true)
                let change = baseline.map { difference(counters, histograms, $0, column) } ?? .none
                guard isReadable(counters, histograms, copyRow, column), change != .hole else {
                    turns.append(Turn(column: column, kind: .failed))
                    if let since = baseline, column - since >= FleetGrid.lead { baseline = nil }
                    continue
                }
                if change == .fallen || isLost { birth = column }
                isLost = false
                if let since = baseline {
                    let hasReturned = returns(counters, histograms, since, column, birth)
                    turns.append(
                        Turn(column: column, kind: hasReturned ? .failed : step(counters, histograms, since, column))
                    )
                }
                lastScrape = scrapeRow < 0 ? -.infinity : time
                baseline = column
            } else if let since = baseline, column - since < FleetGrid.lead {
                missed.append(column)
            } else if baseline != nil {
                turns += missed.map { Turn(column: $0, kind: .unsure) }
                missed.removeAll(keepingCapacity: true)
                baseline = nil
                isLost = true
            }
        }
        turns += missed.map { Turn(column: $0, kind: .unsure) }
        return turns
    }

    private func step(
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>,
        _ since: Int,
        _ column: Int
    ) -> Turn.Kind {
        let isRestart = hasRestarted(counters, since, column)
        guard isRestart || haveNotFallen(histograms, since, column) else { return .failed }
        return .delta(since: since, isRestart: isRestart)
    }

    /// When a pod was scraped; -inf for not at all. Without times of scrapes, a value is one.
    private func scrapeTime(
        _ scrapeRow: Int32,
        _ counters: ArraySlice<Int32>,
        _ histograms: ArraySlice<Int32>,
        _ column: Int
    ) -> Double {
        if scrapeRow >= 0 {
            let time = table.store[scrapeRow, column]
            return time.isNaN ? -.infinity : time
        }
        let isThere = counters.contains { !value($0, column).isNaN } || histograms.contains { !total($0, column).isNaN }
        return isThere ? 0 : -.infinity
    }

    private func value(_ counter: Int32, _ column: Int) -> Double {
        table.store[table.counters[Int(counter)].row, column]
    }

    private func hasRestarted(_ counters: ArraySlice<Int32>, _ since: Int, _ column: Int) -> Bool {
        let pairs = counters.compactMap { counter -> (before: Int, now: Int)? in
            let (before, now) = (value(counter, since), value(counter, column))
            guard !before.isNaN, !now.isNaN else { return nil }
            return (Int(before), Int(now))
        }
        let unknown = ProcessIdentity()
        return ProcessHistory(before: unknown, now: unknown, counters: pairs) == .restarted
    }

    /// What a counter grew by; 0 if nothing can be said.
    @inline(__always)
    func increase(_ row: Int32, _ since: Int, _ column: Int, _ isRestart: Bool) -> Double {
        let now = table.store[row, column]
        if now.isNaN { return 0 }
        let before = table.store[row, since]
        if isRestart || before.isNaN || now < before { return now }
        return now - before
    }

    // MARK: Histograms

    func row(_ histogram: Int32, _ place: Int) -> Int32 {
        table.bucketRows[Int(histogram) &* FleetBounds.most &+ place]
    }

    /// All observations; NaN where the histogram is not there.
    private func total(_ histogram: Int32, _ column: Int) -> Double {
        let row = row(histogram, 0)
        return row < 0 ? .nan : table.store[row, column]
    }

    /// Whether a series began again, or was not there: buckets are trusted or not as a whole.
    func beginsAnew(_ histogram: Int32, _ since: Int, _ column: Int) -> Bool {
        let before = total(histogram, since)
        return before.isNaN || before > total(histogram, column)
    }

    @inline(__always)
    func bucketIncrease(_ row: Int32, _ since: Int, _ column: Int, _ isNew: Bool) -> Double {
        let now = table.store[row, column]
        let before = isNew ? 0 : table.store[row, since]
        return now - (before.isNaN ? 0 : before)
    }

    /// Whether the buckets of all histograms that are there rise with their bound, up to the total.
    func areWhole(_ histograms: ArraySlice<Int32>, _ column: Int) -> Bool {
        for histogram in histograms {
            let isThere = !total(histogram, column).isNaN
            var below = 0.0
            for place in order {
                let row = row(histogram, place)
                guard row >= 0 else {
                    if isThere || place != 0 { continue }
                    return false
                }
                let count = table.store[row, column]
                guard count.isNaN != isThere else { return false }
                guard isThere else { continue }
                guard count >= below else { return false }
                below = count
            }
        }
        return true
    }

    /// Whether no bucket of a histogram lost observations that its total did not lose.
    private func haveNotFallen(_ histograms: ArraySlice<Int32>, _ since: Int, _ column: Int) -> Bool {
        for histogram in histograms where !total(histogram, column).isNaN {
            if beginsAnew(histogram, since, column) { continue }
            var (belowBefore, belowNow) = (0.0, 0.0)
            for place in order {
                let row = row(histogram, place)
                guard row >= 0 else { continue }
                let (before, now) = (table.store[row, since], table.store[row, column])
                guard now - belowNow >= before - belowBefore else { return false }
                (belowBefore, belowNow) = (before, now)
            }
        }
        return true
    }
}
