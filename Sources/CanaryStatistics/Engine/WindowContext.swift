/// What the rollout knows about a window and the counts do not say.
package struct WindowContext: Sendable, Hashable {
    /// Index into the configured steps of the weight in force. Out of range is clamped.
    package var step: Int
    /// True for the first window judged after the weight was changed.
    package var isFirstAfterWeightChange: Bool
    /// False while the split settles or is not proved: the reversed product, its latches and the dwell stand still,
    /// and the step cannot be left upwards. Everything else goes on.
    package var countsForPromotion: Bool

    /// The context of one window.
    package init(step: Int, isFirstAfterWeightChange: Bool, countsForPromotion: Bool = true) {
        self.step = step
        self.isFirstAfterWeightChange = isFirstAfterWeightChange
        self.countsForPromotion = countsForPromotion
    }
}
