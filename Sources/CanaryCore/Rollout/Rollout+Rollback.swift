import CanaryStatistics

extension Rollout {
    /// Takes everything back to stable, whatever the run is doing.
    mutating func rollBack(because reason: Reason, at now: Timestamp) -> [Action] {
        switch phase {
        case .rollingBack, .emptying, .finished:
            return []
        case .starting:
            return finish(.stopped(reason))
        case .watching, .stepping, .analyzing, .baking:
            break
        }
        guard let route else { return finish(.stopped(reason)) }
        if isUntouched, case .watching = phase { return finish(.stopped(reason)) }
        // What is not known any more does not end the wait for a stable that had no endpoint.
        if population.map({ $0.stable.ready == 0 }) ?? (pendingRollback != nil) {
            return deferRollback(because: reason, at: now)
        }

        let from =
            rules.assumesComparable
            ? (current?.split.observedShare ?? 0) * 100 : max(route.weights.canaryPercent, current?.percent ?? 0)
        var state = RollbackState(reason: reason, since: now, fromPercent: from)
        let page = Action.notify(Notice(.page, Reason("rolling-back", "rolling back: \(reason.text)")))
        state.targetPercent = rollbackTarget(at: route.weights.canaryPercent)
        guard state.targetPercent > 0 else {
            phase = .rollingBack(state)
            return [page, .apply(state.plan, expecting: route.revision)]
        }
        state.isWaitingForPods = state.targetPercent >= route.weights.canaryPercent
        phase = .rollingBack(state)
        let partial = [page, .notify(partialNotice(state.targetPercent))]
        return state.isWaitingForPods ? partial : partial + [.apply(state.plan, expecting: route.revision)]
    }

    /// Whether there is nothing to roll back.
    var isUntouched: Bool {
        guard firstChangeAt == nil, askedStep == nil else { return false }
        return route.map { isAt(0, $0) } ?? true
    }

    /// The rollback is written: begin to wait for the proof.
    mutating func empty(_ state: RollbackState, at now: Timestamp) -> [Action] {
        var state = state
        state.retryAt = nil
        state.failingSince = nil
        state.writtenAt = now
        state.emptyWindows = 0
        state.emptyRequests = 0
        phase = .emptying(state)
        return []
    }

    /// A part of the rollback is written: wait for stable's pods.
    mutating func awaitPods(_ state: RollbackState) -> [Action] {
        var state = state
        state.retryAt = nil
        state.failingSince = nil
        state.isWaitingForPods = true
        phase = .rollingBack(state)
        return []
    }

    /// The weights are not all-stable after all: write again, unless somebody keeps undoing it.
    mutating func rewrite(_ state: RollbackState, _ snapshot: RouteSnapshot, at now: Timestamp) -> [Action] {
        var state = state
        state.rewrites += 1
        guard state.rewrites <= RolloutRules.rewriteLimit else {
            let cause =
                "\(ForeignWriter.name(snapshot.writer)) keeps setting the canary to "
                + "\(Phrase.weight(snapshot.weights.canaryPercent)) in \(snapshot.place)\(ForeignWriter.advice(snapshot.writer)); "
                + "then run 'haldane run' again or set the weights by hand"
            return [.notify(Notice(.page, Reason("contested", cause)))]
                + finish(.rolledBack(state.reason, .incomplete(cause)))
        }
        state.isWaitingForPods = false
        phase = .rollingBack(state)
        return [.apply(state.plan, expecting: snapshot.revision)]
    }

    /// The weights are as they were before the write: nobody undid anything, so write again.
    mutating func repeatRollback(_ state: RollbackState, _ snapshot: RouteSnapshot) -> [Action] {
        state.isWaitingForPods ? [] : [.apply(state.plan, expecting: snapshot.revision)]
    }

    /// The route changed before the write: look at once, but never in a tight loop.
    mutating func conflicted(_ state: RollbackState, _ reason: Reason, at now: Timestamp) -> [Action] {
        var state = state
        state.conflicts += 1
        guard state.conflicts <= RolloutRules.rewriteLimit else { return retryLater(state, reason, at: now) }
        phase = .rollingBack(state)
        return [.readRoute]
    }

    /// The write failed: say so, and try again within a second.
    mutating func retryLater(_ state: RollbackState, _ reason: Reason, at now: Timestamp) -> [Action] {
        var state = state
        state.failures += 1
        state.lastFailure = reason.text
        let since = state.failingSince ?? now
        state.failingSince = since
        guard now.since(since) < rules.rollbackPatience || rules.isUnattended else {
            let cause =
                "the weights could not be written for \(Phrase.duration(now.since(since).inSeconds)): \(reason.text)"
            return [.notify(Notice(.page, Reason("rollback-not-written", cause)))]
                + finish(.rolledBack(state.reason, .incomplete(cause)))
        }
        state.retryAt = now.advanced(by: .seconds(1))
        phase = .rollingBack(state)
        guard state.failures == 1 else { return [] }
        let text = "the rollback could not be written and is retried each second: \(reason.text)"
        return [.notify(Notice(.page, Reason("rollback-not-written", text)))]
    }

    mutating func tick(at now: Timestamp) -> [Action] {
        guard case .rollingBack(let state) = phase, let retryAt = state.retryAt else { return [] }
        // A clock that was set back must not put a rollback off.
        guard now >= retryAt || retryAt.since(now) > .seconds(1) else { return [] }
        var waiting = state
        waiting.retryAt = nil
        phase = .rollingBack(waiting)
        return [.readRoute]
    }

    /// Counts windows without canary requests after the rollback was written.
    mutating func watchEmptying(_ state: RollbackState, _ window: WindowSummary, at now: Timestamp) -> [Action] {
        var state = state
        guard let writtenAt = state.writtenAt else { return [] }
        let startedAt = window.began(inRoundAt: now)
        if window.isUsable, startedAt >= writtenAt {
            if window.canaryRequests == 0 {
                // A page that is missing proves nothing.
                if window.isCanaryComplete {
                    state.emptyWindows += 1
                    state.emptyRequests += Double(window.stableRequests)
                }
            } else {
                state.emptyWindows = 0
                state.emptyRequests = 0
                state.callers = window.canaryCallers
                state.lastCanaryRequests = window.canaryRequests
            }
        }
        phase = .emptying(state)

        let share = min(max(state.fromPercent / 100, 0.0001), 0.99)
        let isEnough = state.emptyRequests * -Elementary.log1p(-share) >= Self.emptyEvidence
        if state.emptyWindows >= 2, isEnough {
            return finish(.rolledBack(state.reason, .proved))
        }
        guard now.since(writtenAt) >= rules.emptyingLimit + Self.lag(window) else { return [] }
        return finish(.rolledBack(state.reason, .incomplete(incompleteness(state, window))))
    }

    private func incompleteness(_ state: RollbackState, _ window: WindowSummary) -> String {
        if state.emptyWindows > 0 {
            return
                "no request reached the canary in the last \(state.emptyWindows) windows, but there was too little traffic to prove it"
        }
        if state.lastCanaryRequests > 0 {
            let callers = state.callers.isEmpty ? "unknown callers" : state.callers.joined(separator: ", ")
            return
                "the canary still got \(Phrase.count(state.lastCanaryRequests)) requests in a window, from \(callers)"
        }
        return "the weights are written, but telemetry was not usable to prove that the canary is empty"
    }

    /// How far behind the present a window is.
    static func lag(_ window: WindowSummary) -> Duration { .milliseconds(milliseconds(window.lag ?? 0)) }

    static func milliseconds(_ seconds: Double) -> Int64 {
        Int64(min(max(seconds.isFinite ? seconds * 1000 : 0, 0), 1e15))
    }

    /// ln 1000: what the old share would have had to show by now.
    private static let emptyEvidence = 6.907755278982137
}
