/// What the judge has to know of the rollout to judge one window; journalled with the verdict.
package struct JudgingContext: Sendable, Hashable, Codable {
    package enum Phase: String, Sendable, Hashable, Codable {
        /// Before the first step: the window is history.
        case watching
        case analyzing
        /// After 100 %: before/after comparison.
        case baking
        /// Rolling back or finished: counts are recorded, nothing is judged.
        case idle
    }

    package var phase: Phase
    /// The canary's share in force, in percent.
    package var canaryPercent: Double
    /// The index of the present step.
    package var step: Int
    /// Whether this is the first window since the weight changed.
    package var isFirstAfterWeightChange: Bool
    /// Whether settle is over and the split is proved, so that evidence of safety may be collected.
    package var countsForPromotion: Bool

    package init(
        phase: Phase,
        canaryPercent: Double,
        step: Int,
        isFirstAfterWeightChange: Bool,
        countsForPromotion: Bool
    ) {
        self.phase = phase
        self.canaryPercent = canaryPercent
        self.step = step
        self.isFirstAfterWeightChange = isFirstAfterWeightChange
        self.countsForPromotion = countsForPromotion
    }
}
