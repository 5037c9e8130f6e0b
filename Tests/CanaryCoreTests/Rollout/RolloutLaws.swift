import CanaryCore

/// The reducer's laws, checked on one transition.
struct RolloutLaws {
    let before: Rollout
    let input: Rollout.Input
    let actions: [Rollout.Action]
    let after: Rollout
    let now: Timestamp

    /// The first law that does not hold, in words.
    func broken(hasAskedRollback: Bool, probes: Bool) -> String? {
        if before.outcome != nil {
            return actions.isEmpty && before == after ? nil : "a finished run does nothing"
        }
        if let broken = brokenOutcome { return broken }
        for case .apply(let plan, let revision) in actions {
            if plan.purpose == .rollback, plan.canaryPercent != 0 { return "a rollback writes weight 0" }
            if after.route?.revision != revision { return "a write expects the revision that was last seen" }
            if hasAskedRollback, plan.canaryPercent != 0 { return "after a rollback no action raises the weight" }
            if plan.canaryPercent > 0, !isAllowed(plan) { return "the weight rises only after a fresh healthy verdict" }
        }
        if hasAskedRollback, ["starting", "watching", "stepping", "analyzing", "baking"].contains(after.phase.word) {
            return "a rollback is never left but to its end"
        }
        if probes, let broken = brokenReach { return broken }
        return nil
    }

    private var brokenOutcome: String? {
        let outcomes = actions.outcomes
        if outcomes.count > 1 { return "a run ends once" }
        if outcomes.first != after.outcome { return "the outcome is told when it is reached" }
        guard let outcome = outcomes.first else { return nil }
        if !actions.plans.isEmpty { return "an outcome never comes with a write" }
        if case .refused = outcome, before.firstChangeAt != nil { return "refused means that nothing was written" }
        if case .promoted = outcome { return isPromotionAllowed ? nil : "promotion needs proof or an operator" }
        return nil
    }

    private var isPromotionAllowed: Bool {
        switch (before.phase, input) {
        case (_, .command(let command)):
            command.verb == .promote
        case (.analyzing(let state), .judged(_, let verdict)):
            verdict.kind == .healthy && state.split.isProved && !before.isPaused
                && state.step + 1 == before.rules.steps.count
        case (.baking(let state), .judged(_, let verdict)):
            verdict.kind != .unknown && verdict.kind != .degraded && !before.isPaused
                && now.since(state.appliedAt) >= before.rules.pace.bake
        default:
            false
        }
    }

    private func isAllowed(_ plan: WeightPlan) -> Bool {
        let steps = before.rules.steps
        switch (before.phase, input) {
        case (.watching(let first, _), .judged), (.watching(let first, _), .command):
            return steps.indices.contains(first) && steps[first] == plan.canaryPercent
        case (.analyzing(let state), .command(let command)):
            return command.verb == .promote && steps.indices.contains(state.step + 1)
        case (.analyzing(let state), .judged(let window, let verdict)):
            guard let found = before.route?.weights.canaryPercent, (found - state.percent).magnitude < 1e-6 else {
                return false
            }
            return verdict.kind == .healthy && verdict.decision != .hold && verdict.decision != .rollback
                && state.split.isProved && window.isUsable && !before.isPaused
                && steps[state.step + 1] == plan.canaryPercent
        case (.stepping(let step, _), .routeRead):
            // The same decision again, after a conflict.
            return steps.indices.contains(step) && steps[step] == plan.canaryPercent
        default:
            return false
        }
    }

    /// From here, one input has to be enough to begin or to end a rollback.
    private var brokenReach: String? {
        for input in [Self.command, Self.degraded] {
            var probe = after
            let answer = probe.handle(input, at: now)
            switch after.phase {
            case .finished:
                if !answer.isEmpty { return "a finished run does nothing" }
            case .rollingBack:
                if probe.outcome != nil, answer.plans.isEmpty { return "a rollback under way goes on" }
            case .emptying:
                continue
            case .starting:
                if input == Self.command, probe.outcome == nil { return "a rollback ends a run that has not begun" }
            case .watching:
                let percent = after.route?.weights.canaryPercent ?? 0
                if input == Self.command, probe.outcome == nil, answer.plans != [.allStable] {
                    return "a rollback by command is immediate while watching"
                }
                if percent > 1e-3, answer.plans != [.allStable] { return "a rollback is immediate while watching" }
            case .stepping, .analyzing, .baking:
                if answer.plans != [.allStable] { return "a rollback is immediate" }
            }
        }
        return nil
    }

    private static let command = Rollout.Input.command(Rollout.OperatorCommand(.rollback, reason: "probe"))
    private static let degraded = Rollout.Input.judged(
        Rollout.WindowSummary(seconds: .nan, stableRequests: 0, canaryRequests: 0, isUsable: false),
        .sample(.degraded)
    )
}
