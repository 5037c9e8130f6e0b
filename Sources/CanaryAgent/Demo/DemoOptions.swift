package import CanaryCore
package import CanarySimulator

/// How a demo is done.
package struct DemoOptions: Sendable {
    package var scenario: Scenario
    package var seed: UInt64
    /// Virtual seconds per real second; 0 is unpaced.
    package var speed: Double
    /// Where the route, the spec and the journal are written.
    package var directory: String
    /// `path=value` settings of the spec, as for `--set`.
    package var settings: [String]
    package var version: String

    package init(
        scenario: Scenario,
        seed: UInt64,
        speed: Double,
        directory: String,
        settings: [String] = [],
        version: String
    ) {
        self.scenario = scenario
        self.seed = seed
        self.speed = speed
        self.directory = directory
        self.settings = settings
        self.version = version
    }
}

/// How a demo ended, beside the truth that only a simulation knows.
package struct DemoReport: Sendable {
    package var run: RunReport
    package var truth: MeshTruth
    package var scenario: Scenario
    package var seed: UInt64
    /// Whether the outcome is one that the scenario must end with.
    package var isAsExpected: Bool

    package init(run: RunReport, truth: MeshTruth, scenario: Scenario, seed: UInt64, isAsExpected: Bool) {
        self.run = run
        self.truth = truth
        self.scenario = scenario
        self.seed = seed
        self.isAsExpected = isAsExpected
    }
}
