/// New windows of many pairs in contiguous arrays, service after service, window after window, metrics innermost.
package struct FleetWindows: Sendable {
    /// First window of each service, and one past the last.
    private(set) var starts: [Int] = [0]
    /// First count of each service.
    private(set) var countStarts: [Int] = []
    private(set) var seconds: [Double] = []
    private(set) var stable: [EventCount] = []
    private(set) var canary: [EventCount] = []
    private var metricCount = 1
    private var lowestEdge = 0

    /// No windows.
    package init() {}

    package var serviceCount: Int { countStarts.count }

    /// Begins the next service; its windows follow.
    package mutating func beginService(_ model: WatchModel) {
        countStarts.append(stable.count)
        starts.append(seconds.count)
        metricCount = max(model.metricCount, 1)
        lowestEdge = model.lowestEdge
    }

    /// Adds a window to the present service; the service must have been begun.
    ///
    /// Counts that cannot be counts count as zero. `latency` is per bucket and not cumulative; empty if it is not known.
    package mutating func add(
        seconds length: Double,
        stable first: (requests: Double, failures: Double, latency: [Double]),
        canary second: (requests: Double, failures: Double, latency: [Double])
    ) {
        guard !countStarts.isEmpty else { return }
        seconds.append(length)
        starts[starts.count - 1] = seconds.count
        Self.append(first, metricCount, lowestEdge, to: &stable)
        Self.append(second, metricCount, lowestEdge, to: &canary)
    }

    private static func append(
        _ side: (requests: Double, failures: Double, latency: [Double]),
        _ metricCount: Int,
        _ lowestEdge: Int,
        to counts: inout [EventCount]
    ) {
        let served = side.requests.asCount
        counts.append(EventCount(x: min(side.failures.asCount, served), n: served))
        guard metricCount > 1 else { return }
        let start = counts.count
        for _ in 1..<metricCount { counts.append(EventCount()) }
        let highest = lowestEdge + metricCount - 2
        // An edge needs a bucket above it.
        guard side.latency.count > highest + 1 else { return }
        var above = 0.0
        var bucket = side.latency.count - 1
        while bucket > 0 {
            above += side.latency[bucket].asCount
            let metric = bucket - 1 - lowestEdge
            if metric >= 0, metric < metricCount - 1 { counts[start + metric].x = above }
            bucket -= 1
        }
        let known = above + side.latency[0].asCount
        for index in start..<counts.count { counts[index].n = known }
    }
}
