extension CanaryStatus {
    /// Where a canary is, in a phase, a word and a sentence.
    struct Summary {
        /// What the three conditions say.
        enum State {
            /// Nothing is left to do.
            case ready
            /// Something goes on, or waits to begin.
            case working
            /// Nothing happens until a person does something.
            case stalled
            /// Nothing is left to do here, and others have to follow.
            case readyAndWorking
        }

        var phase: Phase
        var label: String
        var message: String
        var state: State

        init(_ phase: Phase, _ label: String, _ message: String, _ state: State) {
            self.phase = phase
            self.label = label
            self.message = message
            self.state = state
        }

        init(_ facts: CanaryFacts) {
            switch facts.activity {
            case .invalid(let reason):
                self.init(.invalid, reason.label, reason.text, .stalled)
            case .elsewhere(let run, let holder):
                let who = run.by.map { ", begun by \(PlainLine.of($0, limit: 100))" } ?? ""
                let doer =
                    holder.isEmpty
                    ? "was given back and waits for somebody to go on with it"
                    : "is done by \(PlainLine.of(holder, limit: 253))"
                let text = "\(Phrase.weight(run.percent)) on \(facts.names.canary): the run \(run.id) \(doer)\(who)"
                self.init(.progressing, "RunElsewhere", text, .working)
            case .between(let decision):
                self.init(decision, facts)
            case .run(_, let rollout, let ledger):
                self.init(rollout, ledger, facts)
            }
        }

        func value(of kind: StatusCondition.Kind) -> StatusCondition.Value {
            switch (kind, state) {
            case (.ready, .ready), (.ready, .readyAndWorking), (.reconciling, .working),
                (.reconciling, .readyAndWorking),
                (.stalled, .stalled):
                .yes
            case (.ready, .working): .unknown
            case (.ready, .stalled), (.reconciling, .ready), (.reconciling, .stalled), (.stalled, .ready),
                (.stalled, .working), (.stalled, .readyAndWorking):
                .no
            }
        }
    }
}

// MARK: Between runs

extension CanaryStatus.Summary {
    private init(_ decision: ReleaseDecision, _ facts: CanaryFacts) {
        switch decision {
        case .adopt(_, let reason):
            self.init(.idle, reason.label, reason.text, .ready)
        case .begin(_, let release):
            let what = "\(facts.names.canary) (\(CanaryStatus.revision(release.canary) ?? "?"))"
            guard let gate = facts.gate else {
                self.init(.idle, "beginning", "\(what) is ready: its run begins", .working)
                return
            }
            self.init(.idle, gate.label, "\(what) is ready and waits: \(gate.text)", .working)
        case .waiting(let reason):
            self.init(.idle, reason.label, reason.text, .working)
        case .blocked(let reason):
            let passes = ["pods-unknown", "route-unknown"].contains(reason.label)
            self.init(.held, reason.label, reason.text, passes ? .working : .stalled)
        case .idle(let reason):
            if let putBack = facts.putBack {
                self.init(.held, putBack.label, putBack.text, .stalled)
            } else {
                self.init(idle: reason, facts.memory.last?.outcome)
            }
        }
    }

    private init(idle reason: Reason, _ outcome: Outcome?) {
        switch (reason.label, outcome) {
        case (_, .promoted(_, unsettled: let unsettled?)?):
            let text = "\(reason.text); promoted(unsettled): \(unsettled.text)"
            self.init(.idle, Reason.unsettledLabel, text, .readyAndWorking)
        case ("tried", .held(_, _)?):
            self.init(.held, "held", reason.text, .stalled)
        case ("tried", .refused(let why)?):
            self.init(.held, why.label, reason.text, .stalled)
        case ("tried", .stopped?):
            self.init(.held, "stopped", reason.text, .stalled)
        case ("tried", _):
            self.init(.idle, "rolled-back", reason.text, .stalled)
        default:
            self.init(.idle, reason.label, reason.text, .ready)
        }
    }
}

// MARK: In a run

extension CanaryStatus.Summary {
    private init(_ rollout: Rollout, _ ledger: RunLedger, _ facts: CanaryFacts) {
        let canary = "\(facts.names.canary)\(CanaryStatus.revision(rollout.release?.canary).map { " (\($0))" } ?? "")"
        let stable = facts.names.stable
        let phase: CanaryStatus.Phase
        var words: String
        switch rollout.phase {
        case .starting:
            (phase, words) = (.watching, "\(canary) is to be tried: the route is read")
        case .watching(let step, _):
            let first = rollout.rules.steps.indices.contains(step) ? rollout.rules.steps[step] : 0
            words =
                rollout.hasHistory
                ? "\(canary) is ready for the step to \(Phrase.weight(first))"
                : "\(canary) is to be tried: learning what is normal for \(stable) before the step to \(Phrase.weight(first))"
            if rollout.hasHistory, ledger.lastVerdict?.kind == .unknown {
                words += ", and the telemetry cannot be judged at the moment"
            }
            phase = .watching
        case .stepping(let step, _):
            let next = rollout.rules.steps.indices.contains(step) ? rollout.rules.steps[step] : 0
            (phase, words) = (.progressing, "the step to \(Phrase.weight(next)) on \(canary) is being written")
        case .analyzing(let state):
            words =
                "\(Phrase.weight(state.percent)) on \(canary), step \(state.step + 1) of \(rollout.rules.steps.count): "
                + Self.words(ledger, state, rollout, stable)
            phase = .progressing
        case .baking:
            (phase, words) = (
                .baking, "everything on \(canary), baking: a regression is still rolled back to \(stable)"
            )
        case .rollingBack(let state):
            let why = state.reason.text
            words =
                state.isWaitingForPods
                ? "rolling \(canary) back as \(stable)'s pods become ready: \(why)"
                : "rolling \(canary) back: \(why)\(state.lastFailure.map { "; not written yet: \($0)" } ?? "")"
            phase = .rollingBack
        case .emptying(let state):
            words = "\(canary) is rolled back (\(state.reason.text)); waiting for the proof that no request reaches it"
            phase = .rollingBack
        case .finished(let outcome):
            self.init(finished: outcome, canary)
            return
        }
        if let pending = rollout.pendingRollback {
            self.init(
                .rollingBack,
                pending.reason.label,
                "\(words); rolled back as soon as \(stable) has a ready pod: \(pending.reason.text)",
                .working
            )
            return
        }
        guard phase != .rollingBack else {
            self.init(phase, "rolling-back", words, .working)
            return
        }
        if let pause = rollout.pause {
            let by = PlainLine.of(pause.by ?? "the operator", limit: 100)
            let why = pause.reason.isEmpty ? "" : " (\(PlainLine.of(pause.reason, limit: 300)))"
            words += "; paused by \(by)\(why) until `\(facts.object?.command("resume") ?? "haldane resume")`"
            self.init(.paused, "paused", words, .working)
            return
        }
        if let block = rollout.block {
            self.init(
                phase,
                block.reason.label,
                "\(words); the next step waits for pods: \(block.reason.text)",
                .working
            )
        } else if let gate = rollout.gate {
            let isReady = phase == .watching && rollout.hasHistory
            let link = isReady ? "waits" : "no step up for now"
            self.init(phase, gate.reason.label, "\(words); \(link): \(gate.reason.text)", .working)
        } else {
            self.init(phase, rollout.phase.word, words, .working)
        }
    }

    /// A run that has ended and is not noted yet.
    private init(finished outcome: Outcome, _ canary: String) {
        let text = "\(canary) was \(outcome.words): \(outcome.reason.text)"
        switch outcome {
        case .promoted(_, unsettled: let unsettled?):
            self.init(.idle, Reason.unsettledLabel, "\(text); \(unsettled.text)", .readyAndWorking)
        case .promoted, .judged: self.init(.idle, outcome.word, text, .ready)
        case .rolledBack: self.init(.idle, "rolled-back", text, .stalled)
        case .held, .stopped: self.init(.held, outcome.word, text, .stalled)
        case .refused(let reason): self.init(.held, reason.label, text, .stalled)
        }
    }

    /// Why the step lasts, and until when at most.
    private static func words(
        _ ledger: RunLedger,
        _ state: Rollout.StepState,
        _ rollout: Rollout,
        _ stable: String
    ) -> String {
        let verdict = ledger.steps.last?.verdict
        if rollout.population?.stable.ready == 0, verdict != .degraded {
            return "nothing can be compared while \(stable) has no ready pod; the evidence so far is kept"
                + rollout.deadlineWords
        }
        let words = words(verdict, ledger.lastVerdict?.reason.label, state)
        return verdict == .undecided || verdict == .unknown ? words + rollout.deadlineWords : words
    }

    /// No counts: the status is written when they change.
    private static func undecided(_ label: String?) -> String {
        switch label {
        case "split": "no worse so far, waiting for the proof that the split is in force"
        case "warm-up": "the canary's pods are warming up"
        case "suspicion": "held on suspicion: it looks worse, which is not proved yet"
        case "one-canary-pod": "the evidence against it rests on one pod of it"
        case "one-window": "the evidence against it comes from a single round"
        case "bursts": "the evidence against it is within what single stable pods have shown in bursts"
        case "stable-incident": "not worse, proved, but stable itself is in an incident: the step to 100 % waits"
        case "dwell": "no worse so far, not enough rounds at this weight yet to decide"
        default: "no worse so far, not enough requests yet to decide"
        }
    }

    private static func unknown(_ label: String?) -> String {
        guard label == "too-many-failures" else { return "the telemetry cannot be judged at the moment" }
        return "the telemetry cannot be judged: too many scrapes failed of late, which counts for 20 rounds"
    }

    private static func words(_ verdict: Verdict.Kind?, _ label: String?, _ state: Rollout.StepState) -> String {
        switch verdict {
        case nil: "the weight was just written"
        case .undecided?: undecided(label)
        case .unknown?: unknown(label)
        case .degraded?: "worse than stable"
        case .healthy?:
            state.split.isProved ? "not worse, proved" : "not worse; waiting for the proof that the split is in force"
        }
    }
}
