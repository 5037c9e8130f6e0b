/// The evidence of one watched pair between two looks, as it is stored.
///
/// `FleetEvidence` computes with many of them; `state` is its memory in a fixed order.
package struct WatchEvidence: Sendable, Hashable {
    package let model: WatchModel
    /// The length of a usual window in seconds: the unit in which evidence and threshold are counted.
    package let reference: Double
    /// Every sum of the pair; see `FleetEvidence.append`.
    package var state: [Double]

    /// No evidence yet.
    ///
    /// - Parameters:
    ///   - reference: seconds of a usual window; anything unusable counts as one second.
    package init(model: WatchModel, reference: Double) {
        self.model = model
        self.reference = reference.isFinite && reference > 0 ? reference : 1
        let metric = WatchState.freshMetric
        state =
            WatchState.freshScalars + (0..<model.metricCount).flatMap { _ in metric }
            + [Double](repeating: 0, count: model.safetyMetrics.count * WatchState.perSafety)
    }

    /// Stored evidence; nil if it does not fit its model.
    package init?(model: WatchModel, reference: Double, state: [Double]) {
        guard model.isConsistent, reference.isFinite, reference > 0, !state.contains(where: \.isNaN),
            state.count == WatchState.count(metrics: model.metricCount, safeties: model.safetyMetrics.count)
        else { return nil }
        self.model = model
        self.reference = reference
        self.state = state
    }

    /// No evidence under another model, with what is known of the dispersion.
    ///
    /// Edges that did not exist before take the largest dispersion of those that did.
    package func rechosen(_ model: WatchModel) -> WatchEvidence {
        let known = (0..<self.model.metricCount).map {
            state[WatchState.scalars + $0 * WatchState.perMetric + WatchState.phi]
        }
        let largest = known.dropFirst().max() ?? 1
        var next = WatchEvidence(model: model, reference: reference)
        for metric in 0..<model.metricCount {
            let place = WatchState.scalars + metric * WatchState.perMetric + WatchState.phi
            let phi = metric == 0 ? known[0] : largest
            next.state[place] = phi
            next.state[place + 1] = phi
        }
        return next
    }

    /// Log of the sum that raises the alarm, in units of usual windows: windows of a period over tolerated false alarms.
    ///
    /// - Parameters:
    ///   - falseAlarms: how many a service may have in `seconds` of watching, above zero.
    package func logThreshold(falseAlarms: Double, in seconds: Double) -> Double {
        Elementary.log(max(seconds / reference / falseAlarms, WatchState.leastThreshold))
    }
}

/// The order of the numbers in `WatchEvidence.state`.
enum WatchState {
    /// Mass of the day, log M, largest increment, alarm, three block fills, whether a window waits for its partner.
    static let scalars = 8
    /// Sixteen sums of the detector and of the day, three blocks of seven numbers, the waiting window, phi and its floor.
    static let perMetric = 16 + 16 + 21 + 2 + 2
    /// The place of phi among a metric's numbers; its floor follows.
    static let phi = 55
    /// Two sums for sixteen reductions.
    static let perSafety = 32
    /// Below this an alarm would mean nothing.
    static let leastThreshold = 20.0

    static var freshScalars: [Double] { [0, -.infinity, 0, 0, 0, 0, 0, 0] }

    static var freshMetric: [Double] {
        [Double](repeating: -.infinity, count: 32) + [Double](repeating: 0, count: 23) + [1, 1]
    }

    static func count(metrics: Int, safeties: Int) -> Int { scalars + metrics * perMetric + safeties * perSafety }
}

extension WatchEvidence {
    /// No window was taken in so far.
    package var isFresh: Bool { state == WatchEvidence(model: model, reference: reference).state }
}
