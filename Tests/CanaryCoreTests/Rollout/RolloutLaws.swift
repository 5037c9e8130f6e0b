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
            if plan.purpose == .rollback {
                if let broken = brokenRollback(plan) { return broken }
                continue
            }
            if before.population?.canary.ready == 0 { return "no step is taken without ready canary endpoints" }
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

    private func brokenRollback(_ plan: WeightPlan) -> String? {
        let isUnderWay = ["rollingBack", "emptying"].contains(before.phase.word)
        if plan.canaryPercent != 0, after.population == nil, !isUnderWay { return "a rollback writes weight 0" }
        if plan.canaryPercent > max(after.route?.weights.canaryPercent ?? 0, 0) {
            return "a rollback never raises the weight"
        }
        if after.population?.stable.ready == 0, !isUnderWay {
            return "nothing is rolled back onto a stable without endpoints"
        }
        return nil
    }

    private var brokenOutcome: String? {
        let outcomes = actions.outcomes
        if outcomes.count > 1 { return "a run ends once" }
        if outcomes.first != after.outcome { return "the outcome is told when it is reached" }
        guard let outcome = outcomes.first else { return nil }
        if !actions.plans.isEmpty { return "an outcome never comes with a write" }
        if case .refused = outcome, before.firstChangeAt != nil { return "refused means that nothing was written" }
        if case .promoted = outcome, before.pendingRollback != nil, case .judged = input {
            return "nothing is promoted while a rollback is wanted"
        }
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
        case (.watching, .judged)
        where before.gate != nil && plan.canaryPercent > (before.route?.weights.canaryPercent ?? 0) + 1e-6:
            return false
        case (.watching(let first, _), .judged), (.watching(let first, _), .command):
            return steps.indices.contains(first) && steps[first] == plan.canaryPercent
        case (.analyzing(let state), .command(let command)):
            return command.verb == .promote
                && (steps.indices.contains(state.step + 1)
                    || before.contest != nil && steps.indices.contains(state.step))
        case (.analyzing(let state), .judged(let window, let verdict)):
            guard let found = before.route?.weights.canaryPercent, (found - state.percent).magnitude < 1e-6 else {
                return false
            }
            return verdict.kind == .healthy && verdict.decision != .hold && verdict.decision != .rollback
                && state.split.isProved && window.isUsable && !before.isPaused && before.gate == nil
                && steps[state.step + 1] == plan.canaryPercent
        case (.stepping(let step, _), .routeRead):
            // The same decision again, after a conflict.
            return before.gate == nil && steps.indices.contains(step) && steps[step] == plan.canaryPercent
        default:
            return false
        }
    }

    /// From here, one input has to be enough to begin or to end a rollback.
    private var brokenReach: String? {
        // Without stable endpoints a rollback would be an outage; see the capacity tests.
        if after.population.map({ $0.stable.ready == 0 }) ?? (after.pendingRollback != nil) { return nil }
        for input in [Self.command, Self.degraded] {
            var probe = after
            let answer = probe.handle(input, at: now)
            switch after.phase {
            case .finished:
                if !answer.isEmpty { return "a finished run does nothing" }
            case .rollingBack:
                // One that waits for stable's pods has a deadline of its own.
                if case .rolledBack(_, .incomplete) = probe.outcome { continue }
                if probe.outcome != nil, answer.plans.isEmpty { return "a rollback under way goes on" }
            case .emptying:
                continue
            case .starting:
                if input == Self.command, probe.outcome == nil { return "a rollback ends a run that has not begun" }
            case .watching:
                let percent = after.route?.weights.canaryPercent ?? 0
                if input == Self.command, probe.outcome == nil, !hasBegun(answer, probe) {
                    return "a rollback by command is immediate while watching"
                }
                if percent > 1e-3, !hasBegun(answer, probe) { return "a rollback is immediate while watching" }
            case .stepping, .analyzing, .baking:
                if !hasBegun(answer, probe) { return "a rollback is immediate" }
            }
        }
        return nil
    }

    /// Everything is asked to be moved, or, where pods are known, as much as fits.
    private func hasBegun(_ answer: [Rollout.Action], _ probe: Rollout) -> Bool {
        guard after.population != nil else { return answer.plans == [.allStable] }
        guard case .rollingBack(let state) = probe.phase else { return false }
        return answer.plans == [WeightPlan(canaryPercent: state.targetPercent, purpose: .rollback)]
            || state.isWaitingForPods
    }

    private static let command = Rollout.Input.command(Rollout.OperatorCommand(.rollback, reason: "probe"))
    private static let degraded = Rollout.Input.judged(
        Rollout.WindowSummary(seconds: .nan, stableRequests: 0, canaryRequests: 0, isUsable: false),
        .sample(.degraded)
    )
}
