/// The stable version's recent counts by metric, kept in at most sixty-odd sums of at least half a minute.
///
/// During the bake they stand in for a stable version that has no traffic any more.
struct BakeReference: Sendable, Hashable, Codable {
    private struct Part: Sendable, Hashable, Codable {
        var seconds = 0.0
        var counts: [EventCount]
    }

    /// Oldest first; the last one is still growing.
    private var parts: [Part] = []
    /// Seconds in all parts.
    private var total = 0.0
    private let metricCount: Int
    private let span: Double

    init(metricCount: Int, seconds: Double) {
        self.metricCount = metricCount
        span = seconds > 0 ? min(seconds, 86_400) : 0
    }

    /// Takes in one window of the stable version.
    mutating func add(_ tally: SideTally, seconds: Double) {
        let grain = span / 60
        if let last = parts.last, last.seconds < grain {
            // The last part still grows.
        } else {
            parts.append(Part(counts: [EventCount](repeating: EventCount(), count: metricCount)))
        }
        let index = parts.count - 1
        let length = seconds > 0 ? min(seconds, span) : 0
        parts[index].seconds += length
        total += length
        for metric in 0..<metricCount {
            let count = tally.total(metric)
            parts[index].counts[metric].x += count.x
            parts[index].counts[metric].n += count.n
        }
        while let first = parts.first, parts.count > 1, total - first.seconds >= span {
            total -= first.seconds
            parts.removeFirst()
        }
    }

    /// Whether a decoded state can be gone on with.
    func isSound(metricCount: Int, seconds: Double) -> Bool {
        self == Self(metricCount: metricCount, seconds: seconds, parts: parts, total: total) && total.isFinite
            && parts.allSatisfy { $0.counts.count == metricCount && $0.seconds >= 0 && $0.seconds.isFinite }
    }

    private init(metricCount: Int, seconds: Double, parts: [Part], total: Double) {
        self.init(metricCount: metricCount, seconds: seconds)
        self.parts = parts
        self.total = total
    }

    /// Counts by metric over the span.
    var counts: [EventCount] {
        var sums = [EventCount](repeating: EventCount(), count: metricCount)
        for part in parts {
            for metric in 0..<metricCount {
                sums[metric].x += part.counts[metric].x
                sums[metric].n += part.counts[metric].n
            }
        }
        return sums
    }
}
