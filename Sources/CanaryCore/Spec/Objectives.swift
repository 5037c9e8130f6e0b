/// What counts as worse (rollback) and as not worse (promotion).
package struct Objectives: Sendable, Hashable, Codable {
    package var errors: ErrorObjective
    package var latency: LatencyObjective

    package init(errors: ErrorObjective = ErrorObjective(), latency: LatencyObjective = LatencyObjective()) {
        self.errors = errors
        self.latency = latency
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
