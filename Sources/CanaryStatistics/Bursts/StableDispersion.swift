/// phi1 of every metric, learnt from the stable version's history and kept up with every judged window (§8.1).
struct StableDispersion: Sendable, Hashable, Codable {
    /// phi1 by metric for the next window: it depends on the past only.
    private(set) var phi: [Double]

    private var dispersion: Dispersion
    /// Unshared values at the end of the history.
    private var floors: [Double]
    private let shareEvents: Double
    /// With a single pod successive windows are the halves. `nil` until a window says.
    private var isSinglePod: Bool?
    /// The first window of a pair, with a single pod.
    private var waiting: [EventCount]?
    private var scratch: [Dispersion.Halves]

    init(metricCount: Int, isSinglePod: Bool?, configuration: EngineConfiguration) {
        dispersion = Dispersion(
            metricCount: metricCount,
            prior: configuration.dispersionPrior,
            safety: configuration.dispersionSafety
        )
        phi = [Double](repeating: 1, count: metricCount)
        floors = phi
        shareEvents = configuration.dispersionShareEvents
        self.isSinglePod = isSinglePod
        scratch = [Dispersion.Halves](repeating: Dispersion.Halves(), count: metricCount)
    }

    /// Whether a decoded state can be gone on with.
    func isSound(metricCount: Int) -> Bool {
        phi.count == metricCount && floors.count == metricCount && scratch.count == metricCount
            && (waiting.map { $0.count == metricCount } ?? true) && dispersion.isSound(metricCount: metricCount)
    }

    /// Takes in a window after it was judged, or one of the history.
    mutating func add(_ tally: SideTally, halves: StableHalves) {
        if isSinglePod == nil, tally.podCount > 0 {
            isSinglePod = tally.podCount == 1
        }
        if isSinglePod == true {
            addSinglePod(tally)
            return
        }
        for metric in scratch.indices {
            var first = EventCount()
            var second = EventCount()
            for pod in 0..<min(tally.podCount, halves.isSecond.count) {
                let count = tally.count(pod: pod, metric: metric)
                if halves.isSecond[pod] {
                    second.x += count.x
                    second.n += count.n
                } else {
                    first.x += count.x
                    first.n += count.n
                }
            }
            scratch[metric] = Dispersion.Halves(first: first, second: second)
        }
        dispersion.add(scratch)
    }

    /// Makes the present values the floor of all later ones.
    mutating func endHistory() {
        floors = phi.indices.map { dispersion.phi($0) }
        update()
    }

    /// Recomputes `phi` after windows were added.
    mutating func update() {
        var shared = 1.0
        for metric in phi.indices {
            phi[metric] = max(dispersion.phi(metric), floors[metric])
            if metric > 0, dispersion.events(metric) >= shareEvents {
                shared = max(shared, phi[metric])
            }
        }
        for metric in phi.indices.dropFirst() {
            phi[metric] = max(phi[metric], shared)
        }
    }

    private mutating func addSinglePod(_ tally: SideTally) {
        guard let first = waiting else {
            waiting = scratch.indices.map { tally.total($0) }
            return
        }
        waiting = nil
        for metric in scratch.indices {
            scratch[metric] = Dispersion.Halves(first: first[metric], second: tally.total(metric))
        }
        dispersion.add(scratch)
    }
}
