/// What a simulation knows and telemetry cannot: put beside what was concluded.
package struct DemoFacts: Sendable, Hashable {
    /// The requests of one version.
    package struct Version: Sendable, Hashable {
        package var requests: Int
        package var failed: Int
        /// Of requests that did not fail, in milliseconds; nil without any.
        package var medianMilliseconds: Double?
        package var p99Milliseconds: Double?

        package init(requests: Int, failed: Int, medianMilliseconds: Double?, p99Milliseconds: Double?) {
            self.requests = requests
            self.failed = failed
            self.medianMilliseconds = medianMilliseconds
            self.p99Milliseconds = p99Milliseconds
        }

        /// 0...1; nil without requests.
        package var failedShare: Double? { requests > 0 ? Double(failed) / Double(requests) : nil }
    }

    package var scenario: String
    package var seed: UInt64
    /// What the canary really was, in words.
    package var nature: String
    /// How a run of the scenario must end, in words.
    package var expectation: String
    package var isAsExpected: Bool
    /// Virtual seconds that the mesh ran.
    package var seconds: Double
    package var stable: Version
    /// The stable version since the canary's first request: the fair partner.
    package var stableBesideCanary: Version
    package var canary: Version
    /// Requests that reached the canary past the rule, by caller.
    package var bypassed: [String: Int]
    package var restarts: Int

    package init(
        scenario: String,
        seed: UInt64,
        nature: String,
        expectation: String,
        isAsExpected: Bool,
        seconds: Double,
        stable: Version,
        stableBesideCanary: Version,
        canary: Version,
        bypassed: [String: Int],
        restarts: Int
    ) {
        self.scenario = scenario
        self.seed = seed
        self.nature = nature
        self.expectation = expectation
        self.isAsExpected = isAsExpected
        self.seconds = seconds
        self.stable = stable
        self.stableBesideCanary = stableBesideCanary
        self.canary = canary
        self.bypassed = bypassed
        self.restarts = restarts
    }
}
