package import CanaryStatistics

/// What one source of telemetry gave in one look.
package struct CheckLook: Sendable, Hashable {
    package var evidence: [CheckEvidence]
    /// The margins of its subjects.
    package var configuration: EngineConfiguration
    /// How fast subjects use up their error budgets, by key.
    package var burns: [String: BurnRate]
    /// Samples read.
    package var samples: Int
    package var notes: [String]
    /// Why nothing at all could be looked at; nil if something could.
    package var fault: Reason?
    /// Subjects were found by looking around: those that are not found any more are forgotten.
    package var isFleet: Bool

    package init(
        evidence: [CheckEvidence],
        configuration: EngineConfiguration = EngineConfiguration(),
        burns: [String: BurnRate] = [:],
        samples: Int = 0,
        notes: [String] = [],
        fault: Reason? = nil,
        isFleet: Bool = false
    ) {
        self.evidence = evidence
        self.configuration = configuration
        self.burns = burns
        self.samples = samples
        self.notes = notes
        self.fault = fault
        self.isFleet = isFleet
    }
}

/// The promises that a check keeps.
package struct CheckRules: Sendable, Hashable {
    /// Tolerated false alarms of a service in a year of watching (§9, E-detectors).
    package var falseAlarmsPerYear: Double
    /// Tolerated part of wrong ones among the services that are named (e-BH).
    package var falseDiscovery: Double

    package init(falseAlarmsPerYear: Double = 1, falseDiscovery: Double = 0.05) {
        self.falseAlarmsPerYear = falseAlarmsPerYear
        self.falseDiscovery = falseDiscovery
    }

    static let yearSeconds = 365.25 * 86_400
}
