/// What each side of each comparison of a fleet did in each window: plain arrays of numbers.
package struct FleetTally: Sendable {
    package let slots: Int
    package let windows: Int

    // By slot, then by window.
    private(set) var requests: [Double]
    private(set) var failures: [Double]
    private(set) var answered: [Int32]
    private(set) var failed: [Int32]
    private(set) var unsure: [Int32]
    /// Cumulative, by slot, window and place in `bounds`.
    private(set) var buckets: [Double] = []
    private var stride = 0
    private var bounds = FleetBounds()
    /// By slot: the places that every histogram of it has, as bits; nil before the first one.
    private var common: [UInt64?]
    /// By slot: whether any series was found.
    private var isSeen: [Bool]
    private var isUnreadable: [Bool]
    /// By slot: the first of its pods whose requests are in the answers more than once.
    private var copied: [Int32: String] = [:]

    package init(slots: Int, windows: Int) {
        self.slots = max(slots, 0)
        self.windows = max(windows, 0)
        let cells = self.slots * self.windows
        requests = Array(repeating: 0, count: cells)
        failures = Array(repeating: 0, count: cells)
        answered = Array(repeating: 0, count: cells)
        failed = Array(repeating: 0, count: cells)
        unsure = Array(repeating: 0, count: cells)
        common = Array(repeating: nil, count: self.slots)
        isSeen = Array(repeating: false, count: self.slots)
        isUnreadable = Array(repeating: false, count: self.slots)
    }

    /// One side of one comparison in one window.
    package struct Cell: Sendable, Hashable {
        package var requests: Double
        package var failures: Double
        /// Pods that told what they did.
        package var answered: Int
        /// Pods that were not scraped, and came back.
        package var failed: Int
        /// Pods that were not heard of any more: gone, or not scraped.
        package var unsure: Int
    }

    package func cell(slot: Int, window: Int) -> Cell {
        let cell = slot * windows + window
        return Cell(
            requests: requests[cell],
            failures: failures[cell],
            answered: Int(answered[cell]),
            failed: Int(failed[cell]),
            unsure: Int(unsure[cell])
        )
    }

    /// Whether a server knows any series of a slot.
    package func hasSeries(slot: Int) -> Bool { isSeen[slot] }

    /// Whether a slot has series of requests without a response code: its failures cannot be told.
    package func isUnreadable(slot: Int) -> Bool { isUnreadable[slot] }

    /// A pod of a slot whose requests are in the answers more than once, by `pod_scrapes`; nil if there is none.
    package func copiedPod(slot: Int) -> String? { copied[Int32(truncatingIfNeeded: slot)] }

    /// Where the counts of the bounds are that all histograms of some slots have.
    package struct Layout: Sendable, Hashable {
        /// Nil if there is no histogram, or no bound that all of them have.
        package var bounds: LatencyBounds?
        /// By ascending bound, the last one is `+Inf`.
        var places: [Int]
    }

    package func layout(slots: [Int]) -> Layout {
        var mask: UInt64?
        for slot in slots {
            guard let other = common[slot] else { continue }
            mask = mask.map { $0 & other } ?? other
        }
        guard let mask else { return Layout(places: []) }
        let places = bounds.ascending.filter { mask & (1 &<< UInt64($0)) != 0 }
        let finite = places.map { bounds.milliseconds[$0] }.filter(\.isFinite)
        guard !finite.isEmpty, finite.count + 1 == places.count else { return Layout(places: []) }
        return Layout(bounds: LatencyBounds(milliseconds: finite), places: places)
    }

    /// The counts per bucket of a layout, not cumulative, the last one above the last bound; empty without bounds.
    package func latency(slot: Int, window: Int, _ layout: Layout) -> [Double] {
        guard layout.bounds != nil, stride > 0 else { return [] }
        let base = (slot &* windows &+ window) &* stride
        var below = 0.0
        return layout.places.map { place in
            let count = place < stride ? buckets[base &+ place] : 0
            defer { below = count }
            // Each pod's buckets rise with their bound, so their sums do.
            return max(count - below, 0)
        }
    }

    // MARK: Adding

    /// Adds what a table's counters grew by to the windows from `first` on.
    ///
    /// A table with fewer slots or other cohorts may be added as well: the past is the other side of a comparison.
    ///
    /// - Complexity: O(rows × columns) of the table.
    package mutating func add(_ table: FleetTable, firstWindow first: Int = 0) {
        guard table.cohorts.slots <= slots, first >= 0, first + table.grid.windows <= windows else { return }
        let places = table.bounds.milliseconds.map { bounds.place(of: $0) }
        widen()
        for slot in table.unreadable { isUnreadable[slot] = true }
        let pods = FleetPods(table)
        let reader = PodReader(table, places: places)
        for pod in 0..<table.podCount {
            let (counters, histograms) = (pods.counters(of: pod), pods.histograms(of: pod))
            guard !counters.isEmpty || !histograms.isEmpty else { continue }
            for histogram in histograms {
                let mask = reader.mask(histogram)
                for slot in reader.slots(histogram: histogram) {
                    common[Int(slot)] = common[Int(slot)].map { $0 & mask } ?? mask
                }
            }
            let copies = table.copies[Int32(truncatingIfNeeded: pod)]
            let turns = reader.turns(scrapeRow: pods.scrapeRows[pod], copyRow: copies?.row, counters, histograms)
            let podSlots = reader.slots(counters, histograms)
            if let name = copies?.name {
                for slot in podSlots { copied[slot] = min(copied[slot] ?? name, name) }
            }
            for slot in podSlots { isSeen[Int(slot)] = true }
            for turn in turns where turn.column >= FleetGrid.lead {
                let window = first + turn.column - FleetGrid.lead
                for slot in podSlots { note(turn.kind, Int(slot) &* windows &+ window) }
                guard case .delta(let since, let isRestart) = turn.kind else { continue }
                for index in counters {
                    let counter = table.counters[Int(index)]
                    let increase = reader.increase(counter.row, since, turn.column, isRestart)
                    guard increase > 0, case .answered(let isFailure) = counter.outcome else { continue }
                    for place in counter.slots {
                        let cell = Int(table.slots[Int(place)]) &* windows &+ window
                        requests[cell] += increase
                        if isFailure { failures[cell] += increase }
                    }
                }
                for index in histograms { add(table, reader, index, since, turn.column, isRestart, window) }
            }
        }
    }

    private mutating func note(_ kind: PodReader.Turn.Kind, _ cell: Int) {
        switch kind {
        case .delta: answered[cell] &+= 1
        case .failed: failed[cell] &+= 1
        case .unsure: unsure[cell] &+= 1
        }
    }

    private mutating func add(
        _ table: FleetTable,
        _ reader: PodReader,
        _ index: Int32,
        _ since: Int,
        _ column: Int,
        _ isRestart: Bool,
        _ window: Int
    ) {
        let isNew = isRestart || reader.beginsAnew(index, since, column)
        for place in reader.order {
            let row = table.bucketRows[Int(index) &* FleetBounds.most &+ place]
            guard row >= 0, let target = reader.places[place] else { continue }
            let increase = reader.bucketIncrease(row, since, column, isNew)
            guard increase > 0 else { continue }
            for slot in table.histograms[Int(index)].slots {
                let cell = Int(table.slots[Int(slot)]) &* windows &+ window
                buckets[cell &* stride &+ target] += increase
            }
        }
    }

    /// Makes room for bounds that were not seen before.
    private mutating func widen() {
        let needed = bounds.milliseconds.count
        guard needed > stride else { return }
        let new = needed <= 24 ? 24 : FleetBounds.most
        var widened = Array(repeating: 0.0, count: slots * windows * new)
        if stride > 0 {
            for cell in 0..<slots * windows {
                for place in 0..<stride { widened[cell &* new &+ place] = buckets[cell &* stride &+ place] }
            }
        }
        (buckets, stride) = (widened, new)
    }
}

extension FleetTally {
    /// Which windows of a slot can be judged, by the rules for a round of scraping: at least half of the pods told what
    /// they did, and not more than 5 % were missed over the last 20 windows.
    ///
    /// Pods that are not heard of any more count for the first rule only: most of them were replaced.
    package func usableWindows(slot: Int) -> [Bool] {
        var history = FailureHistory()
        return (0..<windows).map { window in
            let cell = cell(slot: slot, window: window)
            history.append(failed: cell.failed, pods: cell.answered + cell.failed)
            let silent = cell.failed + cell.unsure
            return cell.answered > 0 && cell.answered >= silent && !history.isBad
        }
    }
}
