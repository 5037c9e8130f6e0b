package import CanaryCore
package import CanaryQueries
package import CanaryTelemetry

/// What a look at a fleet goes by.
package struct FleetOptions: Sendable {
    /// Files and folders with routes.
    package var files: [String]
    /// The cluster whose routes are looked at as well; nil for none.
    package var cluster: ClusterOptions?
    /// Only services in these namespaces; all if empty.
    package var namespaces: [String]
    /// The namespace of objects in files that name none.
    package var namespace: String
    /// With its variables expanded.
    package var prometheus: PrometheusSpec
    package var queries: QuerySet
    package var reporter: Reporter
    /// Labels that all series must carry.
    package var match: [String: String]
    /// Windows and histories. The delay is that of `prometheus`.
    package var plan: FleetPlan.Options
    /// What services promise; asks for burn rates.
    package var objective: ServiceObjective?

    package init(
        files: [String] = [],
        cluster: ClusterOptions? = nil,
        namespaces: [String] = [],
        namespace: String = "default",
        prometheus: PrometheusSpec,
        queries: QuerySet,
        reporter: Reporter = .destination,
        match: [String: String] = [:],
        plan: FleetPlan.Options = FleetPlan.Options(),
        objective: ServiceObjective? = nil
    ) {
        self.files = files
        self.cluster = cluster
        self.namespaces = namespaces
        self.namespace = namespace
        self.prometheus = prometheus
        self.queries = queries
        self.reporter = reporter
        self.match = match
        self.plan = plan
        self.plan.delay = prometheus.delay
        self.objective = objective
    }
}
