/// The weights to write, and why; the only thing a run ever asks of a route store.
package struct WeightPlan: Sendable, Hashable, Codable {
    package enum Purpose: String, Sendable, Hashable, Codable {
        case step
        case promotion
        case rollback
    }

    /// The canary's share in percent.
    package var canaryPercent: Double
    package var purpose: Purpose

    package init(canaryPercent: Double, purpose: Purpose) {
        self.canaryPercent = canaryPercent
        self.purpose = purpose
    }

    /// Everything back to stable.
    package static let allStable = WeightPlan(canaryPercent: 0, purpose: .rollback)
}
