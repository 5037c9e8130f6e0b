package import CanaryStatistics
package import CanaryTelemetry

/// The stable version's windows before the first step, bounded in time and number.
package struct History: Sendable {
    /// Kept until the first comparison.
    package private(set) var windows: [WindowCounts] = []
    /// The bounds all windows are projected onto.
    package private(set) var bounds: LatencyBounds?
    /// Usable windows and their length, also of those that were dropped after use.
    package private(set) var count = 0
    package private(set) var seconds = 0.0
    package private(set) var requests = 0.0

    private var keptSeconds = 0.0

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

    mutating func dropWindows() {
        windows = []
    }

    private static let limit = 20_000
}
