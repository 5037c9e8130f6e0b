package import CanaryCore

extension RunStatus {
    /// The status of a run from what is known of it.
    ///
    /// - Parameters:
    ///   - at: the moment of `rollout` and `ledger`.
    ///   - command: how to go on with a run that nobody works at, as a shell line.
    package init(
        header: RunHeader,
        rollout: Rollout,
        ledger: RunLedger,
        at: Timestamp,
        state: State,
        journal: String,
        process: Int32?,
        command: String = "haldane run SPEC"
    ) {
        let outcome = ledger.outcome ?? rollout.outcome
        let verdict = ledger.lastVerdict
        let release = rollout.release ?? header.release
        let images = RunProgress(.started, header: header, at: at, rollout: rollout, ledger: ledger).images
        schema = Self.schema
        self.state = outcome == nil ? state : .finished
        name = header.spec.name
        namespace = header.spec.namespace
        run = header.run
        place = header.place
        phase = rollout.phase.word
        step = Step(rollout)
        stable = Side(
            label: header.stable.label,
            revision: CanaryStatus.revision(release?.stable),
            image: images.stable,
            weight: rollout.route?.weights.stable,
            requests: ledger.stableRequests,
            failed: ledger.stableFailures,
            readyPods: rollout.population?.stable.ready,
            pods: rollout.population?.stable.total
        )
        canary = Side(
            label: header.canary.label,
            revision: CanaryStatus.revision(release?.canary),
            image: images.canary,
            weight: rollout.route?.weights.canary,
            requests: ledger.canaryRequests,
            failed: ledger.canaryFailures,
            readyPods: rollout.population?.canary.ready,
            pods: rollout.population?.canary.total
        )
        self.verdict = verdict.map { Judged($0) }
        paused = rollout.pause.map { Pause(by: $0.by, reason: $0.reason, since: $0.since) }
        next =
            if let outcome {
                OutcomeWords.next(outcome, header, ledger)
            } else if state == .running {
                (rollout.isPaused && rollout.canAdvance ? "nothing is promoted until `haldane resume`; " : "")
                    + NextWords.unpaused(rollout, ledger, verdict, at)
            } else {
                "nothing watches the canary now; go on with: \(command)"
            }
        self.outcome = outcome?.word
        detail = outcome?.qualifiedWord
        reason = outcome?.reason.text
        notices = ledger.notices.suffix(5).map {
            Notice(urgency: $0.urgency.rawValue, label: $0.reason.label, message: $0.reason.text)
        }
        startedAt = header.startedAt
        self.at = at
        seconds = at.since(header.startedAt).inSeconds
        self.journal = journal
        self.process = outcome == nil ? process : nil
        exitCode = Self.code(state, rollout, verdict, outcome).code
    }
}

extension RunStatus.Step {
    fileprivate init?(_ rollout: Rollout) {
        switch rollout.phase {
        case .analyzing(let state), .baking(let state):
            self.init(
                number: state.step + 1,
                of: rollout.rules.steps.count,
                percent: state.percent,
                observedPercent: state.split.observedShare.map { $0 * 100 },
                split: state.split.status.rawValue
            )
        default:
            return nil
        }
    }
}

extension RunStatus.Judged {
    fileprivate init(_ verdict: Verdict) {
        let isCompared = verdict.window > 0
        self.init(
            kind: verdict.kind.rawValue,
            decision: verdict.decision.rawValue,
            label: verdict.reason.label,
            reason: verdict.reason.text,
            missingRequests: verdict.missingRequests,
            harm: isCompared ? verdict.harmProgress : nil,
            safe: isCompared ? verdict.safetyProgress : nil,
            metrics: verdict.findings.filter { $0.edge == nil || $0.safety != nil || $0.custom != nil }.prefix(20).map {
                RunStatus.Metric(
                    name: $0.label,
                    stable: $0.stable.share,
                    canary: $0.canary.share,
                    differenceLow: $0.difference95?.low,
                    differenceHigh: $0.difference95?.high,
                    isProvedSafe: $0.safety?.isLatched
                )
            },
            notes: verdict.notes
        )
    }
}
