import CanaryStatistics
import CanaryTelemetry

extension History: Codable {
    private enum Key: String, CodingKey {
        case bounds, count, seconds, requests, keptSeconds, pods, windows
    }

    /// Reads what `encode(to:)` writes; anything else throws.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        let bounds = try container.decodeIfPresent(LatencyBounds.self, forKey: .bounds)
        if let bounds, LatencyBounds(milliseconds: bounds.milliseconds) == nil {
            throw DecodingError.dataCorruptedError(forKey: .bounds, in: container, debugDescription: "not ascending")
        }
        self.init(bounds: bounds)
        count = try container.decode(Int.self, forKey: .count)
        seconds = try container.decode(Double.self, forKey: .seconds)
        requests = try container.decode(Double.self, forKey: .requests)
        keptSeconds = try container.decode(Double.self, forKey: .keptSeconds)
        let pods = try container.decode([String].self, forKey: .pods)
        let rows = try container.decode([[Double]].self, forKey: .windows)
        var buckets = 0
        windows.reserveCapacity(rows.count)
        for row in rows {
            guard let window = Self.window(row, pods: pods, bucketCount: bounds?.bucketCount ?? 0, &buckets) else {
                throw DecodingError.dataCorruptedError(forKey: .windows, in: container, debugDescription: "no window")
            }
            windows.append(window)
        }
    }

    /// Writes the windows as rows of numbers, because a history may be tens of thousands of pod windows: the window's seconds, then
    /// of each pod its place among the names, requests, failures, and how many buckets are not empty, each with place and count; -1
    /// instead of how many stands for no histogram.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encodeIfPresent(bounds, forKey: .bounds)
        try container.encode(count, forKey: .count)
        try container.encode(seconds, forKey: .seconds)
        try container.encode(requests, forKey: .requests)
        try container.encode(keptSeconds, forKey: .keptSeconds)
        var pods: [String] = []
        var places: [String: Int] = [:]
        let rows = windows.map { window in
            var row = [window.seconds]
            for pod in window.stable {
                let place = places[pod.name] ?? pods.count
                if place == pods.count {
                    places[pod.name] = place
                    pods.append(pod.name)
                }
                row += [Double(place), pod.requests, pod.failures]
                let filled = pod.latency.indices.filter { pod.latency[$0] != 0 }
                row.append(pod.latency.isEmpty ? -1 : Double(filled.count))
                for bucket in filled { row += [Double(bucket), pod.latency[bucket]] }
            }
            return row
        }
        try container.encode(pods, forKey: .pods)
        try container.encode(rows, forKey: .windows)
    }

    /// The numbers in the row of a window.
    static func numbers(of window: WindowCounts) -> Int {
        window.stable.reduce(1) { $0 + 4 + 2 * $1.latency.count { $0 != 0 } }
    }

    /// Reads a row; nil if it is none. `buckets` counts those of all windows, which are more than the numbers of their rows.
    private static func window(_ row: [Double], pods: [String], bucketCount: Int, _ buckets: inout Int) -> WindowCounts?
    {
        var rest = row[...]
        guard let seconds = rest.popFirst() else { return nil }
        var window = WindowCounts(seconds: seconds, stable: [], canary: [])
        while let place = rest.popFirst() {
            guard let place = Int(exactly: place), pods.indices.contains(place), let requests = rest.popFirst(),
                let failures = rest.popFirst(), let filled = rest.popFirst(),
                filled == -1 || (filled >= 0 && filled * 2 <= Double(rest.count))
            else { return nil }
            var latency: [Double] = []
            if filled >= 0 {
                buckets += bucketCount
                guard buckets <= mostBuckets else { return nil }
                latency = [Double](repeating: 0, count: bucketCount)
                for _ in 0..<Int(filled) {
                    guard let bucket = rest.popFirst().flatMap({ Int(exactly: $0) }), latency.indices.contains(bucket),
                        let count = rest.popFirst()
                    else { return nil }
                    latency[bucket] = count
                }
            }
            window.stable.append(
                PodCounts(name: pods[place], requests: requests, failures: failures, latency: latency)
            )
        }
        return window
    }

    /// The most buckets of all windows together, empty ones included: 32 MB.
    static let mostBuckets = 4_000_000
}
