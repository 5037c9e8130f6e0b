/// phi1 of one count whose pods cannot be told apart: successive windows of stable are the halves (§8.1 of the
/// statistics text, *with one pod of v1*).
///
/// Drift inflates it, which makes a regression slower to see, not a false alarm likelier.
struct PairDispersion: Sendable, Hashable, Codable {
    private var dispersion: Dispersion
    private var waiting: EventCount?
    private var floor = 1.0

    init(configuration: EngineConfiguration) {
        dispersion = Dispersion(
            metricCount: 1,
            prior: configuration.dispersionPrior,
            safety: configuration.dispersionSafety
        )
    }

    /// Whether a decoded state can be gone on with.
    var isSound: Bool { dispersion.isSound(metricCount: 1) }

    /// phi1 for the next window.
    var phi: Double { max(dispersion.phi(0), floor) }

    /// Events in complete pairs so far.
    var events: Double { dispersion.events(0) }

    /// Takes in a window of stable, one of the history or after it was judged; without data it takes its place.
    mutating func add(_ count: EventCount?) {
        let count = count ?? EventCount()
        guard let first = waiting else {
            waiting = count
            return
        }
        waiting = nil
        dispersion.add([Dispersion.Halves(first: first, second: count)])
    }

    /// Makes the present value the floor of all later ones.
    mutating func endHistory() {
        floor = phi
    }
}
