import CanaryCore

/// What would happen next, and when.
enum NextWords {
    /// As of `moment`, or else of the last happening.
    static func text(_ view: LiveView, at moment: Timestamp? = nil) -> String {
        guard let rollout = view.rollout, let at = moment ?? view.lastAt else { return "reading the route" }
        guard let pause = rollout.pause, rollout.canAdvance else {
            return unpaused(rollout, view.ledger, view.verdict, at)
        }
        let reason = pause.reason.isEmpty ? "" : " (\(pause.reason))"
        let since = Phrase.duration(max(at.since(pause.since).inSeconds.rounded(.down), 0))
        return "paused by \(pause.by ?? "the operator") for \(since)\(reason): nothing is promoted until somebody "
            + "resumes it, a regression is still rolled back; \(unpaused(rollout, view.ledger, view.verdict, at))"
    }

    /// What would happen if nobody had paused the run.
    static func unpaused(_ rollout: Rollout, _ ledger: RunLedger, _ verdict: Verdict?, _ at: Timestamp)
        -> String
    {
        switch rollout.phase {
        case .starting:
            return "reading the route"
        case .watching where rollout.block != nil:
            return "waiting for pods: \(rollout.block?.reason.text ?? "")"
        case .watching(let step, _) where rollout.hasHistory && rollout.gate != nil:
            let steps = rollout.rules.steps
            let next = steps.indices.contains(step) ? "the step to \(Phrase.weight(steps[step]))" : "the first step"
            return "\(next) waits: \(rollout.gate?.reason.text ?? "")"
        case .watching(let step, _):
            let wanted = rollout.rules.pace.history.inSeconds
            let seen = min(rollout.historySeconds, wanted)
            let first =
                rollout.rules.steps.indices.contains(step) ? Phrase.weight(rollout.rules.steps[step]) : "the first step"
            let left = max(wanted - seen, 0).rounded(.up)
            let rounds = RolloutRules.leastHistoryWindows - rollout.historyWindows
            let more = left > 0 ? Phrase.duration(left) : Figures.plural(max(rounds, 1), "round")
            return "learning what is normal for stable for \(more) more; then \(first)"
        case .stepping(let step, let attempts):
            let weight =
                rollout.rules.steps.indices.contains(step) ? Phrase.weight(rollout.rules.steps[step]) : "the step"
            return "writing \(weight)\(attempts > 0 ? ", attempt \(attempts + 1)" : "")"
        case .analyzing(let state):
            return analyzing(state, rollout, ledger, verdict, at)
        case .baking(let state):
            let left = rollout.rules.pace.bake.inSeconds - at.since(state.appliedAt).inSeconds
            return
                "promoted after \(Phrase.duration(max(left.rounded(), 0))) more at \(Phrase.weight(state.percent)) without a regression"
        case .rollingBack(let state) where state.isWaitingForPods:
            return
                "waiting for stable's pods: \(Phrase.weight(state.targetPercent)) stays on the canary until they can take it"
        case .rollingBack(let state):
            return
                "writing \(Phrase.weight(state.targetPercent))\(state.failures > 0 ? ", failed \(state.failures) times: \(state.lastFailure ?? "?")" : "")"
        case .emptying(let state):
            return
                "waiting for the proof that no request reaches the canary: \(Figures.plural(state.emptyWindows, "empty window")) so far"
        case .finished:
            return "the run is over"
        }
    }

    private static func analyzing(
        _ state: Rollout.StepState,
        _ rollout: Rollout,
        _ ledger: RunLedger,
        _ verdict: Verdict?,
        _ at: Timestamp
    ) -> String {
        var words: String
        if let pending = rollout.pendingRollback {
            return "rolled back as soon as stable has a ready pod: \(pending.reason.text)"
        }
        if rollout.contest != nil {
            words = "somebody else's weights are in force: nothing is promoted, a regression is rolled back"
        } else if let block = rollout.block {
            words = "waiting for pods: \(block.reason.text)"
        } else if let population = rollout.population, population.stable.ready == 0 {
            words =
                "waiting for stable's pods (0 of \(population.stable.total) ready): nothing can be compared without them, the evidence "
                + "so far is kept"
        } else if let verdict, verdict.kind == .undecided || verdict.kind == .unknown {
            words = "hold at \(Phrase.weight(state.percent)): \(verdict.reason.text)"
            if let missing = verdict.missingRequests { words += missingWords(missing, ledger) }
            if rollout.pause == nil, verdict.kind == .undecided {
                words += "; then \(stepWords(after: state, rollout))"
            }
        } else {
            words = "hold at \(Phrase.weight(state.percent)) until the next round"
        }
        if let first = rollout.firstChangeAt {
            let left = rollout.rules.pace.deadline.inSeconds - at.since(first).inSeconds
            let then = rollout.rules.guards.onDeadline == .rollback ? "rolled back" : "held as it is"
            words += "; deadline in \(Phrase.duration(max(left.rounded(), 0))), then \(then)"
        }
        return words
    }

    /// What a proof leads to: `50 %`, or the end.
    private static func stepWords(after state: Rollout.StepState, _ rollout: Rollout) -> String {
        let next = state.step + 1
        return rollout.rules.steps.indices.contains(next) ? Phrase.weight(rollout.rules.steps[next]) : "promoted"
    }

    /// How many requests are missing, and how long they take at the rate of this step.
    private static func missingWords(_ missing: Int, _ ledger: RunLedger) -> String {
        let words = ", about \(Phrase.count(missing)) canary requests missing"
        guard let step = ledger.steps.last, step.seconds > 0, step.canaryRequests > 0 else { return words }
        let seconds = Double(missing) / (Double(step.canaryRequests) / step.seconds)
        return seconds < 86_400 ? words + " (\(Phrase.duration(seconds.rounded())) at this rate)" : words
    }
}

extension Rollout {
    /// Whether a step up, or the end of the bake, is what the run is waiting for.
    var canAdvance: Bool {
        switch phase {
        case .starting, .watching, .stepping, .analyzing, .baking: true
        case .rollingBack, .emptying, .finished: false
        }
    }
}
