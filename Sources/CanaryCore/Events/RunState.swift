package import CanaryTelemetry

/// Everything a run knows, as a fold over its journal.
///
/// The driver keeps one while the run goes on; a resumed run and a replay rebuild it from the records.
package struct RunState: Sendable, Hashable, Codable {
    package var rollout: Rollout
    package var judge: Judge
    package var ledger: RunLedger

    package init(header: RunHeader, rules: JudgeRules? = nil) {
        rollout = Rollout(rules: RolloutRules(header.spec, isUnattended: header.isUnattended ?? false))
        judge = Judge(rules: rules ?? JudgeRules(header.spec))
        ledger = RunLedger(startedAt: header.startedAt)
    }

    /// Feeds a window of an earlier run's history to the judge alone.
    package mutating func recall(_ window: Window) {
        _ = judge.judge(window, in: .recalled)
    }

    /// Notes a weight that came into force.
    package mutating func noteWeights(since before: Rollout, at now: Timestamp) {
        guard let route = rollout.route, before.route?.weights != route.weights else { return }
        ledger.weighed(route.weights.canaryPercent, at: now)
    }

    /// Folds one journal event; `window` is the evidence that preceded it. Returns the verdict that was recomputed, if any.
    @discardableResult
    package mutating func fold(_ event: JournalEvent, window: Window?, at now: Timestamp) -> Verdict? {
        var verdict: Verdict?
        if let window {
            switch event {
            case .judged(let context, _): verdict = judge.judge(window, in: context)
            case .recalled: recall(window)
            case .input, .intent, .notice, .interrupted, .resumed, .restored, .finished: break
            }
        }
        follow(event, window: window, at: now)
        return verdict
    }

    /// Folds one journal event as it was recorded, without judging its evidence again: the rollout and the ledger go on, the
    /// judge does not. For reports; a run that is to go on needs `fold`.
    package mutating func follow(_ event: JournalEvent, window: Window?, at now: Timestamp) {
        switch event {
        case .judged(let context, let recorded):
            guard let window else { return }
            let before = rollout
            // The run is what was acted on then, whatever the evidence would say now.
            _ = rollout.handle(.judged(Rollout.WindowSummary(window), recorded), at: now)
            ledger.judged(window, in: context, recorded, at: now)
            noteWeights(since: before, at: now)
        case .input(let input):
            let before = rollout
            _ = rollout.handle(input, at: now)
            noteWeights(since: before, at: now)
        case .notice(let notice):
            ledger.noticed(notice, at: now)
        case .finished(let outcome):
            ledger.finished(outcome, at: now)
        case .restored(let state, _):
            self = state
        case .resumed:
            rollout.resumed()
        case .recalled, .intent, .interrupted:
            break
        }
    }
}

extension JudgingContext {
    /// History of an earlier run.
    static let recalled = JudgingContext(
        phase: .watching,
        canaryPercent: 0,
        step: 0,
        isFirstAfterWeightChange: false,
        countsForPromotion: false
    )
}
