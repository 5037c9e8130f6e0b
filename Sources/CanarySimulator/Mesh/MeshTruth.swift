/// What really happened in a simulated mesh, to stand beside what was concluded from its telemetry.
package struct MeshTruth: Sendable, Hashable, Codable {
    package let scenario: Scenario
    /// What the canary really was, in words.
    package let nature: String
    /// Virtual seconds that passed.
    package let seconds: Double
    /// Virtual time of the canary's first request; nil if it had none.
    package let firstCanaryRequestSeconds: Double?
    /// The stable version over the whole time.
    package let stable: VersionTruth
    /// The stable version since the canary's first request: the fair partner of `canary`.
    package let stableBesideCanary: VersionTruth
    package let canary: VersionTruth
    /// Requests that reached the canary past the rule, by caller.
    package let bypassed: [String: Int]
    /// Restarts of pods of both versions.
    package let restarts: Int
}

/// The requests of one version.
package struct VersionTruth: Sendable, Hashable, Codable {
    package let requests: Int
    package let failed: Int
    /// 0...1; nil without requests.
    package let failedShare: Double?
    /// Latencies of the requests that did not fail, as drawn (not rounded to whole milliseconds); nil without one.
    package let meanMilliseconds: Double?
    /// To half a percent.
    package let medianMilliseconds: Double?
    /// To half a percent.
    package let p99Milliseconds: Double?
}
