import CanaryStatistics

/// A fleet of one service.
struct Watch {
    private var fleet = FleetEvidence()
    private let model: WatchModel
    let logThreshold: Double

    /// - Parameter logThreshold: left out for one false alarm in a year of windows of 5 s.
    init(_ model: WatchModel, logThreshold: Double? = nil) {
        self.init(WatchEvidence(model: model, reference: 5), logThreshold: logThreshold)
    }

    init(_ evidence: WatchEvidence, logThreshold: Double? = nil) {
        model = evidence.model
        self.logThreshold = logThreshold ?? evidence.logThreshold(falseAlarms: 1, in: 365.25 * 86_400)
        fleet.append(evidence, logThreshold: self.logThreshold)
    }

    var evidence: WatchEvidence { fleet.evidence(of: 0) }
    var reading: FleetEvidence.Reading { fleet.reading(0) }

    mutating func beginDay() { fleet.beginDay(0) }

    mutating func learn(_ pairs: [(WatchTraffic.Side, WatchTraffic.Side)]) { fleet.learn(windows(pairs, 5)) }

    mutating func add(_ pairs: [(WatchTraffic.Side, WatchTraffic.Side)], seconds: Double = 5) {
        fleet.add(windows(pairs, seconds))
    }

    private func windows(_ pairs: [(WatchTraffic.Side, WatchTraffic.Side)], _ seconds: Double) -> FleetWindows {
        var windows = FleetWindows()
        windows.beginService(model)
        for (stable, canary) in pairs {
            windows.add(seconds: seconds, stable: stable.counts, canary: canary.counts)
        }
        return windows
    }
}
