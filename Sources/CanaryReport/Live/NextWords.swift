import CanaryCore

/// What would happen next, and when.
enum NextWords {
    static func text(_ view: LiveView) -> String {
        guard let rollout = view.rollout, let at = view.at else { return "reading the route" }
        switch rollout.phase {
        case .starting:
            return "reading the route"
        case .watching(let step, _):
            let wanted = rollout.rules.pace.history.inSeconds
            let seen = min(rollout.historySeconds, wanted)
            let first =
                rollout.rules.steps.indices.contains(step) ? Phrase.weight(rollout.rules.steps[step]) : "the first step"
            return
                "learning what is normal for stable: \(Phrase.duration(seen)) of \(Phrase.duration(wanted)), then \(first)"
        case .stepping(let step, let attempts):
            let weight =
                rollout.rules.steps.indices.contains(step) ? Phrase.weight(rollout.rules.steps[step]) : "the step"
            return "writing \(weight)\(attempts > 0 ? ", attempt \(attempts + 1)" : "")"
        case .analyzing(let state):
            return analyzing(state, rollout, view, at)
        case .baking(let state):
            let left = rollout.rules.pace.bake.inSeconds - at.since(state.appliedAt).inSeconds
            return
                "promoted after \(Phrase.duration(max(left.rounded(), 0))) more at \(Phrase.weight(state.percent)) without a regression"
        case .rollingBack(let state):
            return
                "writing 0 %\(state.failures > 0 ? ", failed \(state.failures) times: \(state.lastFailure ?? "?")" : "")"
        case .emptying(let state):
            return
                "waiting for the proof that no request reaches the canary: \(Figures.plural(state.emptyWindows, "empty window")) so far"
        case .finished:
            return "the run is over"
        }
    }

    private static func analyzing(_ state: Rollout.StepState, _ rollout: Rollout, _ view: LiveView, _ at: Timestamp)
        -> String
    {
        var words: String
        if let verdict = view.verdict, verdict.kind == .undecided || verdict.kind == .unknown {
            words = "hold at \(Phrase.weight(state.percent)): \(verdict.reason.text)"
            if let missing = verdict.missingRequests { words += missingWords(missing, view) }
        } else {
            words = "hold at \(Phrase.weight(state.percent)) until the next round"
        }
        if rollout.isPaused { words = "paused by the operator; " + words }
        if let first = rollout.firstChangeAt {
            let left = rollout.rules.pace.deadline.inSeconds - at.since(first).inSeconds
            words += "; deadline in \(Phrase.duration(max(left.rounded(), 0)))"
        }
        return words
    }

    /// How many requests are missing, and how long they take at the rate of this step.
    private static func missingWords(_ missing: Int, _ view: LiveView) -> String {
        let words = ", about \(Phrase.count(missing)) canary requests missing"
        guard let step = view.ledger.steps.last, step.seconds > 0, step.canaryRequests > 0 else { return words }
        let seconds = Double(missing) / (Double(step.canaryRequests) / step.seconds)
        return seconds < 86_400 ? words + " (\(Phrase.duration(seconds.rounded())) at this rate)" : words
    }
}
