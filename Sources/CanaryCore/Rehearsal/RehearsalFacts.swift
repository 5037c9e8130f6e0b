import CanaryTelemetry

/// What a history holds, in numbers.
package struct RehearsalFacts: Sendable, Hashable {
    package private(set) var windows = 0
    package private(set) var unusableWindows = 0
    /// Of all windows, gaps between stretches left out.
    package private(set) var seconds = 0.0
    private var usableSeconds = 0.0
    package private(set) var requests = 0.0
    package private(set) var failures = 0.0
    package private(set) var segments = 0
    /// The start of the first window and the end of the last one; nil without windows.
    package private(set) var from: Timestamp?
    package private(set) var to: Timestamp?
    /// Pods with requests in the usable windows: the fewest, the usual number and the most.
    package private(set) var pods = Pods(fewest: 0, usual: 0, most: 0)

    package struct Pods: Sendable, Hashable {
        package var fewest: Int
        package var usual: Int
        package var most: Int

        package init(fewest: Int, usual: Int, most: Int) {
            self.fewest = fewest
            self.usual = usual
            self.most = most
        }
    }

    package init(_ history: RehearsalHistory) {
        var counts: [Int] = []
        segments = history.segments.count
        for timed in history.segments.lazy.flatMap(\.windows) {
            let window = timed.window
            windows += 1
            seconds += window.seconds
            let start = timed.at.advanced(by: .seconds(-window.seconds))
            from = min(from ?? start, start)
            to = max(to ?? timed.at, timed.at)
            guard window.quality.unusable == nil else {
                unusableWindows += 1
                continue
            }
            usableSeconds += window.seconds
            var live = 0
            for pod in window.stable {
                let total = pod.total
                requests += Double(total)
                failures += Double(pod.failures)
                if total > 0 { live += 1 }
            }
            if live > 0 { counts.append(live) }
        }
        counts.sort()
        if let fewest = counts.first, let most = counts.last {
            pods = Pods(fewest: fewest, usual: counts[counts.count / 2], most: most)
        }
    }

    /// Over the windows that can be judged.
    package var requestsPerSecond: Double { usableSeconds > 0 ? requests / usableSeconds : 0 }

    /// The share of failed requests; 0 without requests.
    package var failedShare: Double { requests > 0 ? failures / requests : 0 }
}
