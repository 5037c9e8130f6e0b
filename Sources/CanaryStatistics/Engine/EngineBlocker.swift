/// A reason why a window did not end in a decision.
package enum EngineBlocker: Sendable, Hashable, Codable {
    /// The step has not lasted long enough.
    case dwell(windows: Int, needed: Int)
    /// The canary has not served enough requests in this step.
    case requests(served: Double, needed: Double)
    /// There is too much evidence of a regression to go on, too little to roll back.
    case suspicion(logE: Double, limit: Double)
    /// Not yet proved for this metric (index into the result's metrics).
    case notLatched(metric: Int, logN: Double, needed: Double)
    /// Warming pods carry at least half of the canary's requests.
    case warmUp
    /// The split settles or is not proved.
    case splitNotProved
    /// Enough evidence of a regression, but it rests on one canary pod.
    case notConfirmed(pod: String)
    /// Enough evidence of a regression, but most of it comes from one window.
    case leaveOut(remaining: Double, needed: Double)
    /// Enough evidence of a regression before the deduction for pod-local episodes, not after it.
    case burstDeduction(logD: Double, needed: Double)
}
