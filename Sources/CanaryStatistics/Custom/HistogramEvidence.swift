/// Evidence that the canary has more observations on the wrong side of some edges than tolerated.
///
/// The edges are chosen once, from stable alone: from its history, or, if that has fewer than a hundred observations,
/// as soon as there are as many; the comparison begins with the window after. Each edge is a `CountEvidence`; their
/// average is the metric's evidence.
struct HistogramEvidence: Sendable, Hashable, Codable {
    /// Ascending; empty until they are chosen.
    private(set) var edges: [Double] = []
    private(set) var counts: [CountEvidence] = []
    private let isHigherBetter: Bool
    private let shareEvents: Double
    /// Stable's observations until the edges are chosen.
    private var bounds: [Double] = []
    private var buckets: [Double] = []

    init(isHigherBetter: Bool, configuration: EngineConfiguration) {
        self.isHigherBetter = isHigherBetter
        shareEvents = configuration.dispersionShareEvents
    }

    /// Whether decoded evidence can be gone on with.
    var isSound: Bool {
        counts.count == edges.count && (buckets.isEmpty || buckets.count == bounds.count + 1)
            && counts.allSatisfy { $0.dispersion.isSound }
    }

    /// Learns edges and dispersion from a history, of which the last windows feed the dispersion.
    mutating func learn(_ history: [CustomReading?], configuration: EngineConfiguration, grid: TiltGrid) {
        for reading in history { collect(reading) }
        chooseEdges(logSpent: -.infinity, configuration: configuration, grid: grid)
        for reading in history.suffix(max(configuration.dispersionHistory, 0)) {
            let stable = events(reading?.stable, bounds: reading?.bounds ?? [])
            for index in counts.indices { counts[index].learn(stable?[index]) }
        }
        for index in counts.indices { counts[index].endHistory() }
    }

    /// Judges a window. Returns whether both versions had data that fits the edges.
    mutating func judge(
        _ reading: CustomReading?,
        tolerance: Double,
        isWarming: Bool,
        mass: CustomMass,
        configuration: EngineConfiguration,
        grid: TiltGrid
    ) -> Bool {
        guard !edges.isEmpty else {
            collect(reading)
            chooseEdges(logSpent: mass.logAll, configuration: configuration, grid: grid)
            return false
        }
        let bounds = reading?.bounds ?? []
        let stable = events(reading?.stable, bounds: bounds)
        let canary = events(reading?.canary, bounds: bounds)
        let phis = phis
        for index in counts.indices {
            counts[index].judge(
                stable: stable?[index],
                canary: canary?[index],
                phi: phis[index],
                tolerance: tolerance,
                isWarming: isWarming,
                logMass: mass.log,
                grid: grid
            )
        }
        return stable != nil && canary != nil
    }

    /// Dispersion by edge for the next window: edges share one burst process (§8.1).
    var phis: [Double] {
        let shared = counts.lazy.filter { $0.dispersion.events >= shareEvents }.map(\.dispersion.phi).max() ?? 1
        return counts.map { max($0.dispersion.phi, shared) }
    }

    func logE(grid: TiltGrid, logUnspent: Double) -> Double {
        guard !counts.isEmpty else { return 0 }
        let weight = Elementary.log(Double(counts.count))
        return LogSum.of(counts.map { $0.logE(grid: grid, logUnspent: logUnspent) - weight })
    }

    private func events(_ value: CustomValue?, bounds: [Double]) -> [EventCount]? {
        CustomEdges.badEvents(value, bounds: bounds, edges: edges, isHigherBetter: isHigherBetter)
    }

    /// Adds up stable's observations; other bounds than before start again.
    private mutating func collect(_ reading: CustomReading?) {
        guard let reading, case .buckets(let added) = reading.stable, added.count == reading.bounds.count + 1,
            added.allSatisfy({ $0.isCustomCount })
        else { return }
        if bounds != reading.bounds || buckets.isEmpty {
            bounds = reading.bounds
            buckets = added
        } else {
            for index in added.indices { buckets[index] += added[index] }
        }
    }

    private mutating func chooseEdges(logSpent: Double, configuration: EngineConfiguration, grid: TiltGrid) {
        guard edges.isEmpty, buckets.reduce(0, +) >= Self.leastObservations else { return }
        edges = CustomEdges.choose(bounds: bounds, buckets: buckets, isHigherBetter: isHigherBetter)
        guard !edges.isEmpty else { return }
        counts = edges.map { _ in CountEvidence(logSpent: logSpent, configuration: configuration, grid: grid) }
        (bounds, buckets) = ([], [])
    }

    /// Of stable, before the edges are chosen.
    private static let leastObservations = 100.0
}
