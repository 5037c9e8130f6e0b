/// What a simulated mesh is made of.
///
/// Values of any kind are accepted; the initialiser brings them into their range.
package struct MeshConfiguration: Sendable, Hashable {
    package let scenario: Scenario
    /// The only source of chance.
    package let seed: UInt64
    /// Mean arrivals a virtual second over both versions, 0...100,000.
    package let requestsPerSecond: Double
    /// Pods of each version, 1...500.
    package let stablePods: Int
    package let canaryPods: Int
    /// Share of requests that fail without any trouble, 0...1.
    package let baseErrors: Double
    /// Virtual time 0 as Unix time, for the start times on the pages.
    package let epochSeconds: Int64

    /// - Parameter requestsPerSecond: nil takes the scenario's: 300, or 2 with low traffic.
    package init(
        scenario: Scenario,
        seed: UInt64,
        requestsPerSecond: Double? = nil,
        stablePods: Int = 8,
        canaryPods: Int = 2,
        baseErrors: Double = 0.005,
        epochSeconds: Int64 = 1_788_220_800
    ) {
        self.scenario = scenario
        self.seed = seed
        self.requestsPerSecond = Self.limited(
            requestsPerSecond ?? scenario.defaultRequestsPerSecond,
            to: 100_000,
            otherwise: 0
        )
        self.stablePods = min(max(stablePods, 1), 500)
        self.canaryPods = min(max(canaryPods, 1), 500)
        self.baseErrors = Self.limited(baseErrors, to: 1, otherwise: 0)
        self.epochSeconds = min(max(epochSeconds, 1_000_000_000), 9_000_000_000)
    }

    static func limited(_ number: Double, to upper: Double, otherwise fallback: Double) -> Double {
        number.isNaN ? fallback : min(max(number, 0), upper)
    }
}
