package import CanaryStatistics
package import CanaryTelemetry

/// The stable version's windows before the first step, bounded in time and number.
package struct History: Sendable, Hashable {
    /// Kept until the first comparison.
    package internal(set) var windows: [WindowCounts] = []
    /// The bounds all windows are projected onto.
    package internal(set) var bounds: LatencyBounds?
    /// Usable windows and their length, also of those that were dropped after use.
    package internal(set) var count = 0
    package internal(set) var seconds = 0.0
    package internal(set) var requests = 0.0

    var keptSeconds = 0.0

    init(bounds: LatencyBounds?) {
        self.bounds = bounds
    }

    mutating func adopt(_ bounds: LatencyBounds) {
        self.bounds = bounds
    }

    mutating func append(_ window: WindowCounts, bounds: LatencyBounds, limitSeconds: Double) {
        windows.append(WindowCounts(seconds: window.seconds, stable: window.stable, canary: []))
        count += 1
        seconds += window.seconds
        requests += window.stable.tally.requests
        keptSeconds += window.seconds
        var dropped = 0
        while windows.count - dropped > 1, keptSeconds > limitSeconds || windows.count - dropped > Self.limit {
            keptSeconds -= windows[dropped].seconds
            dropped += 1
        }
        windows.removeFirst(dropped)
    }

    /// The numbers of all windows, as they are stored.
    var numbers: Int { windows.reduce(0) { $0 + Self.numbers(of: $1) } }

    /// Drops the oldest windows until the rest is at most `numbers` numbers, as `History` is stored.
    mutating func trim(to numbers: Int) {
        let bucketCount = bounds?.bucketCount ?? 0
        var kept = 0
        var buckets = 0
        let first = windows.lastIndex { window in
            kept += Self.numbers(of: window)
            buckets += window.stable.count * bucketCount
            return kept > numbers || buckets > Self.mostBuckets
        }
        guard let first else { return }
        keptSeconds -= windows[...first].reduce(0) { $0 + $1.seconds }
        windows.removeFirst(first + 1)
    }

    mutating func dropWindows() {
        windows = []
    }

    private static let limit = 20_000
}
