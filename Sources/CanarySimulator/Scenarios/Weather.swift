import Foundation

/// What a scenario does to a pod at a moment.
struct Weather: Sendable {
    let scenario: Scenario
    /// Share of requests that fail without any trouble.
    let baseErrors: Double
    /// When everybody suffers in `shared-outage`; nil before the canary's first request.
    let outage: Range<Int64>?

    /// The pod's state in a quantum.
    func condition(of pod: SimulatedPod, in quantum: Int64) -> PodCondition {
        var condition = PodCondition(failures: baseErrors)
        switch scenario {
        case .healthy, .counterReset, .lowTraffic, .noData, .secondWriter, .bypass:
            break
        case .sharedOutage:
            if let outage, outage.contains(quantum) {
                condition.failures = max(condition.failures, ScenarioNumbers.outageErrors)
                condition.logSlowdown = log(ScenarioNumbers.outageSlowdown)
            }
        case .podBursts:
            if pod.isInBurst(at: quantum) {
                condition.failures = max(condition.failures, ScenarioNumbers.burstErrors)
                condition.logSlowdown = log(ScenarioNumbers.burstSlowdown)
            }
        case .coldStart, .errors, .latency, .slowTail, .deadCanary, .slowWarm:
            if pod.version == .canary { impair(&condition, of: pod, in: quantum) }
        }
        return condition
    }

    /// The scenarios in which the canary itself is worse.
    private func impair(_ condition: inout PodCondition, of pod: SimulatedPod, in quantum: Int64) {
        let seconds = Quantum.seconds(quantum)
        let age = max(seconds - (pod.firstRequestSeconds ?? seconds), 0)
        switch scenario {
        case .coldStart:
            let fading = ScenarioNumbers.coldStartEnd - ScenarioNumbers.coldStartPlateau
            let effect = min(max((ScenarioNumbers.coldStartEnd - age) / fading, 0), 1)
            condition.failures += ScenarioNumbers.coldStartErrors * effect
            condition.logSlowdown = log(1 + (ScenarioNumbers.coldStartSlowdown - 1) * effect)
        case .errors:
            condition.failures += ScenarioNumbers.additionalErrors
        case .latency:
            condition.logSlowdown = log(ScenarioNumbers.generalSlowdown)
        case .slowTail:
            condition.logSlowModeSlowdown = log(ScenarioNumbers.slowModeSlowdown)
        case .deadCanary:
            condition.isDead = true
        case .slowWarm:
            let excess = ScenarioNumbers.warmingExcess * exp2(-age / ScenarioNumbers.warmingHalfLife)
            condition.logSlowdown = log(1 + excess)
        default:
            break
        }
    }
}
