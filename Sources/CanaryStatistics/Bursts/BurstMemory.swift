/// The largest pod-local episodes that the stable version has shown (§8.2).
///
/// Every stable pod is judged as if it were the canary, against the other stable pods of the same window but never
/// against less than their slow mean. What the best-placed start would have collected is what an episode on a canary
/// pod could collect as well.
package struct BurstMemory: Sendable, Hashable, Codable {
    /// Largest evidence so far, by metric; lanes are the six effect sizes.
    private(set) var top: [SIMD8<Double>]
    /// Pod-windows with requests so far (U).
    package private(set) var podWindows = 0.0
    /// The slow mean of the event share, by metric.
    package private(set) var slowMean: [Double]

    private let rho: [Double]
    private let delta: [Double]
    private let slowMeanWindows: Double
    private var evidence: [SIMD8<Double>] = []

    /// - Parameters:
    ///   - rho, delta: tolerated margins by metric.
    ///   - slowMean: event shares of the whole history, by metric.
    ///   - slowMeanWindows: windows of the slow mean.
    package init(rho: [Double], delta: [Double], slowMean: [Double], slowMeanWindows: Double = 60) {
        self.rho = rho
        self.delta = delta
        self.slowMean = slowMean
        self.slowMeanWindows = max(slowMeanWindows, 1)
        top = [SIMD8<Double>](repeating: SIMD8(repeating: 0), count: slowMean.count)
    }

    /// Whether a decoded memory can be gone on with.
    func isSound(model: EngineModel) -> Bool {
        top.count == model.metricCount && slowMean.count == model.metricCount && rho == model.rho
            && delta == model.delta
    }

    /// Largest evidence of a metric so far at each of the six effect sizes.
    package func largest(metric: Int) -> [Double] {
        EpisodeTilts.tilts.indices.map { top[metric][$0] }
    }

    /// Evidence of one pod at each of the six effect sizes.
    package func evidence(pod: Int, metric: Int) -> [Double] {
        let index = pod * slowMean.count + metric
        guard evidence.indices.contains(index) else { return EpisodeTilts.tilts.map { _ in 0 } }
        return EpisodeTilts.tilts.indices.map { evidence[index][$0] }
    }

    /// The largest number in the memory, over metrics and effect sizes.
    var peak: Double {
        var result = 0.0
        for value in top {
            result = max(result, EpisodeTilts.largest(value))
        }
        return result
    }

    /// Follows a change of the pods: a pod's evidence starts at zero and ends with it; the largest values stay.
    mutating func follow(places: [Int?]) {
        evidence.permute(places: places, stride: slowMean.count)
    }

    /// Takes in one window of the stable pods.
    package mutating func add(_ tally: SideTally) {
        let metricCount = slowMean.count
        let missing = tally.podCount * metricCount - evidence.count
        if missing > 0 {
            evidence.append(contentsOf: repeatElement(SIMD8(repeating: 0), count: missing))
        }
        let logTilt = EpisodeTilts.logTilt
        let excess = EpisodeTilts.excess
        for metric in 0..<metricCount {
            let total = tally.total(metric)
            guard total.n > 0 else { continue }
            var best = top[metric]
            for pod in 0..<tally.podCount {
                let count = tally.count(pod: pod, metric: metric)
                let others = (total.x - count.x) / max(total.n - count.n, 1)
                let reference = max(others, slowMean[metric])
                let index = pod * metricCount + metric
                let next = EpisodeTilts.step(
                    evidence[index],
                    count: count,
                    tolerated: rho[metric] * reference + delta[metric],
                    logTilt: logTilt,
                    excess: excess
                )
                evidence[index] = next
                best = EpisodeTilts.larger(next, best)
            }
            top[metric] = best
            slowMean[metric] += (total.x / total.n - slowMean[metric]) / slowMeanWindows
        }
        for pod in 0..<tally.podCount where tally.count(pod: pod, metric: 0).n > 0 {
            podWindows += 1
        }
    }
}

extension Array where Element == SIMD8<Double> {
    /// Moves each pod's `stride` numbers from its old place to its new one; new pods start at zero.
    mutating func permute(places: [Int?], stride: Int) {
        var moved: [SIMD8<Double>] = []
        moved.reserveCapacity(places.count * stride)
        for place in places {
            for offset in 0..<stride {
                if let place, indices.contains(place * stride + offset) {
                    moved.append(self[place * stride + offset])
                } else {
                    moved.append(SIMD8(repeating: 0))
                }
            }
        }
        self = moved
    }
}
