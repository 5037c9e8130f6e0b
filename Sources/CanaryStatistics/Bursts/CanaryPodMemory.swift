/// Evidence against each canary pod by itself, for the rule that one pod alone is not enough (§8.3).
struct CanaryPodMemory: Sendable, Hashable, Codable {
    private var roster = PodRoster()
    private var evidence: [SIMD8<Double>] = []
    private let metricCount: Int

    init(metricCount: Int) {
        self.metricCount = metricCount
    }

    /// Whether a decoded memory can be gone on with.
    func isSound(metricCount: Int) -> Bool {
        self.metricCount == metricCount && evidence.count == roster.names.count * metricCount
    }

    /// Pods in the last window that listed any.
    var podCount: Int { roster.names.count }

    /// Takes in one window.
    ///
    /// - Parameters:
    ///   - pods, tally: the canary's pods and their counts. A window that lists no pod changes nothing.
    ///   - reference: the stable version's count by metric; without requests the evidence of all pods is reset.
    ///   - rho, delta: tolerated margins by metric.
    mutating func add(pods: [PodCounts], tally: SideTally, reference: [EventCount], rho: [Double], delta: [Double]) {
        guard !pods.isEmpty else { return }
        if let places = roster.align(with: pods) {
            evidence.permute(places: places, stride: metricCount)
        }
        let logTilt = EpisodeTilts.logTilt
        let excess = EpisodeTilts.excess
        for metric in 0..<metricCount {
            let isKnown = reference[metric].n > 0
            let share = isKnown ? reference[metric].x / reference[metric].n : 0
            let tolerated = rho[metric] * share + delta[metric]
            for pod in 0..<tally.podCount {
                let index = pod * metricCount + metric
                if !isKnown {
                    evidence[index] = SIMD8(repeating: 0)
                } else if !tally.isWarming[pod] {
                    evidence[index] = EpisodeTilts.step(
                        evidence[index],
                        count: tally.count(pod: pod, metric: metric),
                        tolerated: tolerated,
                        logTilt: logTilt,
                        excess: excess
                    )
                }
            }
        }
    }

    /// `rest` of §8.3 for a metric: what remains of the pods' common evidence without the pod that has most of it.
    func withoutBestPod(metric: Int) -> Double {
        var sum = SIMD8<Double>(repeating: 0)
        var best = SIMD8<Double>(repeating: 0)
        for pod in 0..<podCount {
            let value = evidence[pod * metricCount + metric]
            sum += value
            best = EpisodeTilts.larger(value, best)
        }
        return EpisodeTilts.largest(sum - best)
    }

    /// The pod with the most evidence on a metric.
    func leadingPod(metric: Int) -> String {
        var name = ""
        var most = -1.0
        for pod in 0..<podCount {
            let value = EpisodeTilts.largest(evidence[pod * metricCount + metric])
            if value > most {
                most = value
                name = roster.names[pod]
            }
        }
        return name
    }
}
