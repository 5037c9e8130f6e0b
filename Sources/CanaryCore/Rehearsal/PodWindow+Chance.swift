package import CanaryStatistics
package import CanaryTelemetry

extension PodWindow {
    /// Each request kept with this chance, by response and by bucket.
    package func thinned(to probability: Double, _ random: inout SeededStream) -> PodWindow {
        guard !(probability >= 1) else { return self }
        var kept = self
        for index in kept.requests.indices {
            kept.requests[index].count = random.binomial(kept.requests[index].count, probability: probability)
        }
        for index in kept.latency.indices where kept.latency[index] > 0 {
            kept.latency[index] = random.binomial(kept.latency[index], probability: probability)
        }
        return kept
    }

    /// What is left when `part` is taken away.
    package func without(_ part: PodWindow) -> PodWindow {
        var rest = self
        for (index, taken) in part.requests.enumerated() where rest.requests.indices.contains(index) {
            rest.requests[index].count = max(rest.requests[index].count &- taken.count, 0)
        }
        for (index, taken) in part.latency.enumerated() where rest.latency.indices.contains(index) {
            rest.latency[index] = max(rest.latency[index] &- taken, 0)
        }
        return rest
    }

    /// Each response that is no failure turned into a 503 with this chance; the latency of successes shrinks with them.
    package func failing(_ probability: Double, _ random: inout SeededStream) -> PodWindow {
        guard probability > 0 else { return self }
        var worse = self
        var failed = 0
        for index in worse.requests.indices where !worse.requests[index].key.isFailure {
            let count = random.binomial(worse.requests[index].count, probability: probability)
            worse.requests[index].count -= count
            failed &+= count
        }
        guard failed > 0 else { return self }
        if let index = worse.requests.firstIndex(where: { $0.key == Self.unavailable }) {
            worse.requests[index].count &+= failed
        } else {
            let position = worse.requests.firstIndex { Self.unavailable < $0.key } ?? worse.requests.count
            worse.requests.insert(ResponseCount(key: Self.unavailable, count: failed), at: position)
        }
        for index in worse.latency.indices where worse.latency[index] > 0 {
            worse.latency[index] = random.binomial(worse.latency[index], probability: 1 - probability)
        }
        return worse
    }

    private static let unavailable = ResponseKey("503")
}
