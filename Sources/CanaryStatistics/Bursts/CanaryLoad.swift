/// Requests per canary pod in units of requests per stable pod, over a weight step (§8.2).
///
/// An episode on a pod costs in proportion to its traffic. The value never falls from one step to the next, though it
/// can within a step.
package struct CanaryLoad: Sendable, Hashable, Codable {
    /// The load after the last window.
    package private(set) var value = 0.0
    private let floor: Double
    private var previousStep = 0.0
    private var stableRequests = 0.0
    private var stablePods = 0.0
    private var canaryRequests = 0.0
    private var canaryPods = 0.0

    /// No traffic yet; `floor` is the least value.
    package init(floor: Double = 0.25) {
        self.floor = floor
    }

    /// Begins a weight step.
    package mutating func beginStep() {
        previousStep = value
        (stableRequests, stablePods, canaryRequests, canaryPods) = (0, 0, 0, 0)
    }

    /// Takes in one window; pods are at least one on each side.
    package mutating func add(
        stableRequests n1: Double,
        stablePods p1: Double,
        canaryRequests n2: Double,
        canaryPods p2: Double
    ) {
        stableRequests += n1
        stablePods += p1
        canaryRequests += n2
        canaryPods += p2
        var now = 1.0
        if stableRequests > 0 {
            now = (canaryRequests / canaryPods) / (stableRequests / stablePods)
        }
        value = max(now, previousStep, floor)
    }
}
