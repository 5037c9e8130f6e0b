import CanaryCore

/// What would happen next, and when.
enum NextWords {
    static func text(_ view: LiveView) -> String {
        guard let rollout = view.rollout, let at = view.at else { return "reading the route" }
        return text(rollout, view.ledger, view.verdict, at)
    }

    /// From the state of a run, as it was at `at`.
    static func text(_ rollout: Rollout, _ ledger: RunLedger, _ verdict: Verdict?, _ at: Timestamp) -> String {
        guard let pause = rollout.pause, rollout.canAdvance else { return unpaused(rollout, ledger, verdict, at) }
        return "\(pauseWords(pause)); nothing is promoted until `haldane resume`; "
            + unpaused(rollout, ledger, verdict, at)
    }

    /// `paused by alice@laptop since 2026-01-01T00:30:00.250Z (looking at it)`.
    static func pauseWords(_ pause: Rollout.Pause) -> String {
        let reason = pause.reason.isEmpty ? "" : " (\(pause.reason))"
        return "paused by \(pause.by ?? "the operator") since \(Figures.moment(pause.since))\(reason)"
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
        } else if let verdict, verdict.kind == .undecided || verdict.kind == .unknown {
            words = "hold at \(Phrase.weight(state.percent)): \(verdict.reason.text)"
            if let missing = verdict.missingRequests { words += missingWords(missing, ledger) }
        } else {
            words = "hold at \(Phrase.weight(state.percent)) until the next round"
        }
        if let first = rollout.firstChangeAt {
            let left = rollout.rules.pace.deadline.inSeconds - at.since(first).inSeconds
            words += "; deadline in \(Phrase.duration(max(left.rounded(), 0)))"
        }
        return words
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
