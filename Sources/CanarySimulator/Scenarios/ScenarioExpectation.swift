/// How a rollout of a scenario must end (design, section 9).
package struct ScenarioExpectation: Sendable, Hashable {
    /// One allowed end of a run.
    package struct Ending: Sendable, Hashable {
        /// `promoted`, `rolledBack` or `held`.
        package let outcome: String
        /// A word that the reason must contain; nil allows any reason.
        package let reason: String?

        package init(outcome: String, reason: String? = nil) {
            self.outcome = outcome
            self.reason = reason
        }
    }

    package let endings: [Ending]
    /// No rollback may come earlier than this many virtual seconds after the canary's first request; nil allows it at
    /// any time.
    package let earliestRollbackSeconds: Double?
    /// A name that the report of the run must contain.
    package let mustName: String?
    /// For people: the right column of the design's table.
    package let summary: String

    /// Whether a run may end like this.
    ///
    /// - Parameters:
    ///   - outcome: `promoted`, `rolledBack`, `held`, …
    ///   - reason: the reason as printed, compared without regard to case.
    ///   - seconds: virtual time from the canary's first request to the outcome; nil if it never had one.
    package func allows(outcome: String, reason: String, secondsAfterFirstCanaryRequest seconds: Double?) -> Bool {
        if outcome == "rolledBack", let earliest = earliestRollbackSeconds, let seconds, seconds < earliest {
            return false
        }
        let said = reason.lowercased()
        return endings.contains { ending in
            guard ending.outcome == outcome else { return false }
            guard let wanted = ending.reason?.lowercased() else { return true }
            return said.contains(wanted)
        }
    }
}

extension Scenario {
    /// How a rollout of this scenario must end.
    package var expectation: ScenarioExpectation {
        switch self {
        case .healthy, .coldStart, .counterReset:
            expecting(["promoted"], "promoted")
        case .errors, .latency, .slowTail, .deadCanary:
            expecting(["rolledBack"], "rolled back")
        case .slowWarm:
            ScenarioExpectation(
                endings: ["promoted", "rolledBack", "held"].map { ScenarioExpectation.Ending(outcome: $0) },
                earliestRollbackSeconds: 60,
                mustName: nil,
                summary: "not rolled back in the warm-up of its pods; else as the evidence says"
            )
        case .sharedOutage, .podBursts:
            expecting(["promoted", "held"], "not rolled back")
        case .lowTraffic, .noData:
            expecting(["held"], "held")
        case .secondWriter:
            ScenarioExpectation(
                endings: [ScenarioExpectation.Ending(outcome: "held", reason: "contested")],
                earliestRollbackSeconds: nil,
                mustName: nil,
                summary: "held (contested)"
            )
        case .bypass:
            ScenarioExpectation(
                endings: [
                    ScenarioExpectation.Ending(outcome: "rolledBack", reason: "incomplete"),
                    ScenarioExpectation.Ending(outcome: "held"),
                ],
                earliestRollbackSeconds: nil,
                mustName: Caller.batchJob.workload,
                summary: "rolled back (incomplete) or held, and the caller is named"
            )
        }
    }

    private func expecting(_ outcomes: [String], _ summary: String) -> ScenarioExpectation {
        ScenarioExpectation(
            endings: outcomes.map { ScenarioExpectation.Ending(outcome: $0) },
            earliestRollbackSeconds: nil,
            mustName: nil,
            summary: summary
        )
    }
}
