package import CanaryCore
package import CanaryTelemetry

/// A service that routes send requests to, and whose requests its two sides are.
package struct FleetSubject: Sendable, Hashable {
    package var check: CheckSubject
    /// Of a service with one version both are that version: the present is compared with the past.
    package var stable: FleetCohorts.Cohort
    package var canary: FleetCohorts.Cohort
    /// Of the rule that splits the traffic; nil for a service with one version.
    package var weights: RouteWeights?
    /// Where it was found: `VirtualService test/reviews, rule 0 (routes.yaml:12)`.
    package var routes: [String]
    /// What a reader must know.
    package var notes: [String]
    /// Why its sides cannot be told apart in telemetry; nil if they can.
    package var problem: Reason?

    package init(
        check: CheckSubject,
        stable: FleetCohorts.Cohort,
        canary: FleetCohorts.Cohort,
        weights: RouteWeights? = nil,
        routes: [String] = [],
        notes: [String] = [],
        problem: Reason? = nil
    ) {
        self.check = check
        self.stable = stable
        self.canary = canary
        self.weights = weights
        self.routes = routes
        self.notes = notes
        self.problem = problem
    }

    /// The namespace of its key.
    package var namespace: String { String(check.key.prefix { $0 != "/" }) }
}
