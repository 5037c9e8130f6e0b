/// The counters of a fleet over one stretch of time, as a server answered them: one row a series, one column a moment.
///
/// Series are given one by one, in any order, and looked at once: whose requests they count is decided from their
/// labels, those of nobody are dropped, and the rest is numbers. `FleetTally` adds up what grew.
///
/// - Complexity: O(samples); memory is 8 bytes a sample of a series that somebody looks for.
package struct FleetTable: Sendable {
    package let grid: FleetGrid
    let cohorts: FleetCohorts
    let podLabel: String
    let reporter: Reporter

    var store: ColumnStore
    var counters: [Counter] = []
    var histograms: [Histogram] = []
    /// By histogram, one row a bound of `bounds`; -1 for none.
    var bucketRows: [Int32] = []
    var bounds = FleetBounds()
    /// When each pod was last scraped, a row a pod; -1 for a pod of which that is not known.
    var scrapeRows: [Int32] = []
    /// How often the requests of a pod are in the answers, by pod, of those where that is more than once.
    var copies: [Int32: Copies] = [:]
    /// The slots of all series, one after the other.
    var slots: [Int32] = []

    private var pods: [String: Int32] = [:]
    private var sets = LabelSetTable()
    private var counterOfSet: [Int32] = []
    private var histogramSets = LabelSetTable()
    private var histogramOfSet: [Int32] = []
    private var scratch: [UInt8] = []
    private var found: [Int32] = []

    /// Series that were given and that nobody looks for.
    package private(set) var foreignSeries = 0
    /// Series of requests without a response code, by slot.
    package private(set) var unreadable: Set<Int> = []
    /// Series beyond `mostSeries`: then the answer is not used.
    package private(set) var overflow = 0

    /// The most series that are kept.
    package static let mostSeries = 2_000_000
    private static let foreign: Int32 = -2

    struct Counter: Sendable {
        var pod: Int32
        var row: Int32
        var slots: Range<Int32>
        var outcome: MeshLabels.Outcome
    }

    struct Copies: Sendable {
        /// The pod's name, with its namespace if that is known.
        var name: String
        var row: Int32
    }

    struct Histogram: Sendable {
        var pod: Int32
        var slots: Range<Int32>
    }

    package init(grid: FleetGrid, cohorts: FleetCohorts, podLabel: String, reporter: Reporter = .destination) {
        self.grid = grid
        self.cohorts = cohorts
        self.podLabel = podLabel
        self.reporter = reporter
        store = ColumnStore(columns: grid.columns)
    }

    var podCount: Int { scrapeRows.count }

    /// The row of a pod's scrapes, by pod. A query that does not tell namespaces apart speaks for all pods of a name.
    var scrapeRowsByPod: [Int32] {
        var rows = scrapeRows
        for (name, pod) in pods where rows[Int(pod)] < 0 {
            guard let slash = name.firstIndex(of: "/"), let other = pods[String(name[slash...])] else { continue }
            rows[Int(pod)] = scrapeRows[Int(other)]
        }
        return rows
    }

    // MARK: Series

    /// A series of `fleet_request_totals`.
    package mutating func addRequests(_ series: PrometheusSeries) {
        series.labelText.withUnsafeBufferPointer { bytes in
            guard let index = counter(bytes), index >= 0 else { return }
            store.store(series, in: counters[Int(index)].row, grid)
        }
    }

    /// A series of `fleet_latency_buckets`.
    package mutating func addBuckets(_ series: PrometheusSeries) {
        series.labelText.withUnsafeBufferPointer { bytes in
            guard let histogram = histogram(bytes), histogram >= 0 else { return }
            guard let bound = MeshLabels.upperBound(bytes), let place = bounds.place(of: bound) else { return }
            let cell = Int(histogram) &* FleetBounds.most &+ place
            if bucketRows[cell] < 0 { bucketRows[cell] = store.addRow() }
            store.store(series, in: bucketRows[cell], grid)
        }
    }

    /// A series of `fleet_sample_time`: when a pod was last scraped, in seconds since 1970.
    package mutating func addSampleTimes(_ series: PrometheusSeries) {
        series.labelText.withUnsafeBufferPointer { bytes in
            let pod = Int(pod(MeshLabels(bytes, podLabel: podLabel, reporter: reporter).pod))
            if scrapeRows[pod] < 0 { scrapeRows[pod] = store.addRow() }
            store.storeLargest(series, in: scrapeRows[pod], grid)
        }
    }

    /// A series of `pod_scrapes`: by how many scrapes a pod's requests are in the answers. Above one, each request would
    /// be counted as often. A pod that no counter was added of is nobody's.
    package mutating func addCopies(_ series: PrometheusSeries) {
        series.labelText.withUnsafeBufferPointer { bytes in
            let name = MeshLabels(bytes, podLabel: podLabel, reporter: reporter).pod
            guard let pod = pods[name], series.values.contains(where: { $0 > 1 }) else { return }
            let shown = name.hasPrefix("/") ? String(name.dropFirst()) : name
            let copy = copies[pod] ?? Copies(name: shown, row: store.addRow())
            copies[pod] = copy
            store.storeLargest(series, in: copy.row, grid)
        }
    }

    private mutating func pod(_ name: String) -> Int32 {
        if let pod = pods[name] { return pod }
        let pod = Int32(truncatingIfNeeded: scrapeRows.count)
        pods[name] = pod
        scrapeRows.append(-1)
        return pod
    }

    private mutating func counter(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        guard let base = bytes.baseAddress, let set = sets.intern(base, bytes.count, limit: Self.mostSeries) else {
            overflow += 1
            return nil
        }
        if set < counterOfSet.count { return counterOfSet[set] }
        let labels = MeshLabels(bytes, podLabel: podLabel, reporter: reporter)
        var index = Self.foreign
        if let slots = findSlots(labels) {
            let outcome = labels.outcome
            if outcome == .unreadable {
                for slot in slots { unreadable.insert(Int(self.slots[Int(slot)])) }
            } else {
                index = Int32(truncatingIfNeeded: counters.count)
                let row = store.addRow()
                counters.append(Counter(pod: pod(labels.pod), row: row, slots: slots, outcome: outcome))
            }
        }
        counterOfSet.append(index)
        return index
    }

    private mutating func histogram(_ bytes: UnsafeBufferPointer<UInt8>) -> Int32? {
        var text: [UInt8] = []
        swap(&text, &scratch)
        defer { swap(&text, &scratch) }
        MeshLabels.withoutBound(bytes, into: &text)
        let set = text.withUnsafeBufferPointer { text in
            text.baseAddress.flatMap { histogramSets.intern($0, text.count, limit: Self.mostSeries) }
        }
        guard let set else {
            overflow += 1
            return nil
        }
        if set < histogramOfSet.count { return histogramOfSet[set] }
        let labels = MeshLabels(bytes, podLabel: podLabel, reporter: reporter)
        var index = Self.foreign
        if labels.hasLatency, let slots = findSlots(labels) {
            index = Int32(truncatingIfNeeded: histograms.count)
            histograms.append(Histogram(pod: pod(labels.pod), slots: slots))
            bucketRows.append(contentsOf: repeatElement(-1, count: FleetBounds.most))
        }
        histogramOfSet.append(index)
        return index
    }

    /// The slots of a series; nil if nobody looks for it.
    private mutating func findSlots(_ labels: MeshLabels) -> Range<Int32>? {
        found.removeAll(keepingCapacity: true)
        cohorts.find(labels.istio, into: &found)
        guard !found.isEmpty else {
            foreignSeries += 1
            return nil
        }
        let start = Int32(truncatingIfNeeded: slots.count)
        slots.append(contentsOf: found)
        return start..<Int32(truncatingIfNeeded: slots.count)
    }
}
