/// What the reducer takes from a spec.
package struct RolloutRules: Sendable, Hashable, Codable {
    /// Canary weights in percent, ascending.
    package var steps: [Double]
    package var pace: Pace
    package var guards: Guards
    /// Whether the user vouches for comparability, see `TelemetrySpec.Comparability`.
    package var assumesComparable: Bool
    /// Whether the telemetry selects the rule's own segment on both sides.
    package var selectsSegment: Bool

    /// Whether an agent watches the run, which outlives any outage: a route that cannot be reached is waited for without end.
    package var isUnattended: Bool

    /// - Parameter isUnattended: see the property; false for a run that somebody waits for.
    package init(_ spec: CanarySpec, isUnattended: Bool = false) {
        self.isUnattended = isUnattended
        steps = spec.steps
        pace = spec.pace
        guards = spec.guards
        assumesComparable = spec.telemetry.comparable == .assume
        selectsSegment = !spec.telemetry.match.isEmpty
    }

    /// How long unusable telemetry is waited for: 60 rounds, at least a minute.
    package var patience: Duration { max(pace.interval * 60, .seconds(60)) }

    /// How long a weight may be contradicted by the observed split.
    package var contradictionLimit: Duration { .seconds(60) }

    /// How long a rollback is given to be proved from telemetry, after settle.
    package var emptyingLimit: Duration { pace.settle + max(pace.interval * 24, .seconds(120)) }

    /// How long a rollback that cannot be written is retried.
    package var rollbackPatience: Duration { .seconds(600) }

    package static let leastHistoryWindows = 30
    package static let leastSilentRequests = 50.0
    /// How many times the peak of a stable pod a canary pod may be given.
    package static let overload = 2.0
    /// Repeated writes against the same second writer.
    package static let rewriteLimit = 3
}
