/// The counters and histograms of one sidecar process since its start.
///
/// Counters are live. Histograms are shown as they were at the last flush, as in Envoy, which merges them every 5 s.
struct SidecarStatistics: Sendable, Hashable {
    /// Envoy's default `stats_flush_interval`, in quanta.
    static let flushQuanta: Int64 = 50

    /// Requests by slot.
    private(set) var counters = [Int](repeating: 0, count: SeriesSlot.count)
    private var recorded = HistogramTable()
    /// What a page shows of the histograms.
    private(set) var flushed = HistogramTable()
    private var hasUnflushed = false

    /// Counts a request and its duration; Istio records whole milliseconds.
    mutating func record(slot: Int, milliseconds: Double) {
        counters[slot] &+= 1
        recorded.record(slot: slot, wholeMilliseconds: Int(min(max(milliseconds, 0), 86_400_000)))
        hasUnflushed = true
    }

    /// Makes everything recorded so far visible.
    mutating func flush() {
        guard hasUnflushed else { return }
        flushed = recorded
        hasUnflushed = false
    }
}

/// One latency histogram a slot, in flat tables.
struct HistogramTable: Sendable, Hashable {
    /// Buckets of one slot, the last one above every bound.
    static let width = bounds.count + 1
    /// Istio's bounds as whole milliseconds; nothing but 0 lies at or below 0.5.
    static let bounds = [
        0, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 30000, 60000, 300_000, 600_000, 1_800_000,
        3_600_000,
    ]

    private var buckets = [Int](repeating: 0, count: SeriesSlot.count * Self.width)
    private var sums = [Int](repeating: 0, count: SeriesSlot.count)

    mutating func record(slot: Int, wholeMilliseconds milliseconds: Int) {
        var bucket = 0
        while bucket < Self.bounds.count, milliseconds > Self.bounds[bucket] { bucket += 1 }
        buckets[slot * Self.width + bucket] &+= 1
        sums[slot] &+= Self.midpointHundredths(of: milliseconds)
    }

    /// Counts of one slot, not cumulative.
    func counts(of slot: Int) -> ArraySlice<Int> {
        buckets[slot * Self.width..<(slot + 1) * Self.width]
    }

    /// Sum of one slot in hundredths of a millisecond.
    func sumHundredths(of slot: Int) -> Int { sums[slot] }

    /// The middle of Envoy's logarithmic-linear bin of two significant digits: 1000 ms counts as 1050.
    private static func midpointHundredths(of milliseconds: Int) -> Int {
        if milliseconds <= 0 { return 0 }
        if milliseconds < 10 { return milliseconds * 100 + 5 }
        var scale = 1
        while milliseconds / scale >= 100 { scale *= 10 }
        return milliseconds / scale * scale * 100 + scale * 50
    }
}
