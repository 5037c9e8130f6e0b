/// What counts as worse (rollback) and as not worse (promotion).
package struct Objectives: Sendable, Hashable, Codable {
    package var errors: ErrorObjective
    package var latency: LatencyObjective
    /// Metrics of one's own, each a query, that are judged beside errors and latency.
    package var metrics: [MetricObjective]
    /// What the service promises its users; only `check` looks at it.
    package var service: ServiceObjective?

    package init(
        errors: ErrorObjective = ErrorObjective(),
        latency: LatencyObjective = LatencyObjective(),
        metrics: [MetricObjective] = [],
        service: ServiceObjective? = nil
    ) {
        self.errors = errors
        self.latency = latency
        self.metrics = metrics
        self.service = service
    }

    /// Journals of before there were metrics do not have them.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        errors = try container.decode(ErrorObjective.self, forKey: .errors)
        latency = try container.decode(LatencyObjective.self, forKey: .latency)
        metrics = try container.decodeIfPresent([MetricObjective].self, forKey: .metrics) ?? []
        service = try container.decodeIfPresent(ServiceObjective.self, forKey: .service)
    }
}

/// A metric of one's own: a query by name, and how much worse the canary may be.
package struct MetricObjective: Sendable, Hashable, Codable {
    /// The name of the query, without `.promql`.
    package var query: String
    /// For a ratio of counters and a histogram the tolerated additional share of events (0.005 is `0.5pp`), for a gauge the tolerated
    /// relative change (0.1 is `10%`).
    package var tolerance: Double

    package init(query: String, tolerance: Double) {
        self.query = query
        self.tolerance = tolerance
    }
}

/// An objective on availability over a period, as service levels are agreed.
package struct ServiceObjective: Sendable, Hashable, Codable {
    /// The share of requests that must not fail, 0...1 (`99.9%` is 0.999).
    package var success: Double
    /// Over how long.
    package var period: Duration

    package init(success: Double, period: Duration = .seconds(30 * 86_400)) {
        self.success = success
        self.period = period
    }
}

/// Margins on the share of failed requests.
package struct ErrorObjective: Sendable, Hashable, Codable {
    /// Rollback: tolerated additional share, 0...1 (`0.05pp` is 0.0005).
    package var tolerance: Double
    /// Rollback: tolerated ratio, at least 1.
    package var ratio: Double
    /// Promotion: additional failures per request of the whole service, 0...1.
    package var budget: Double
    /// Promotion: tolerated ratio, at least 1.
    package var budgetRatio: Double

    package init(tolerance: Double = 0.0005, ratio: Double = 1.1, budget: Double = 0.0015, budgetRatio: Double = 1.25) {
        self.tolerance = tolerance
        self.ratio = ratio
        self.budget = budget
        self.budgetRatio = budgetRatio
    }
}

/// Margins on latency, as shares: 0.10 is ten percent slower.
package struct LatencyObjective: Sendable, Hashable, Codable {
    package var tolerance: Double
    package var budget: Double

    package init(tolerance: Double = 0.10, budget: Double = 0.20) {
        self.tolerance = tolerance
        self.budget = budget
    }
}
