extension Rollout {
    /// Whether a decoded rollout can be gone on with: counts are counts, and steps are steps.
    var isSound: Bool {
        let isPhaseSound =
            switch phase {
            case .watching(let firstStep, _): rules.steps.indices.contains(firstStep)
            case .stepping(let step, let attempts): rules.steps.indices.contains(step) && attempts >= 0
            case .analyzing(let state), .baking(let state): isSound(state)
            case .rollingBack(let state), .emptying(let state):
                state.failures >= 0 && state.conflicts >= 0 && state.rewrites >= 0 && state.emptyWindows >= 0
            case .starting, .finished: true
            }
        let counts = [historyWindows, unreadableRounds, unansweredWrites]
        return isPhaseSound && gatedTime >= .zero && gatedTime < Self.longest && (current.map(isSound) ?? true)
            && counts.allSatisfy { $0 >= 0 } && (askedStep.map { rules.steps.indices.contains($0.step) } ?? true)
    }

    /// Ten years.
    private static let longest = Duration.seconds(3650 * 86_400)

    private func isSound(_ state: StepState) -> Bool {
        rules.steps.indices.contains(state.step) && state.windows >= 0 && state.split.stable >= 0
            && state.split.canary >= 0
    }
}
