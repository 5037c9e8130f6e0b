extension Rollout {
    mutating func judged(_ window: WindowSummary, _ verdict: Verdict, at now: Timestamp) -> [Action] {
        if !isRouteUnreadable {
            unreadableRounds = 0
            routeBack(at: now)
        }
        isRouteUnreadable = false
        var readyStable: Int?
        if case .watching = phase { readyStable = population?.stable.ready }
        load.learn(window, readyStable: readyStable)
        switch phase {
        case .starting, .finished:
            return []
        case .rollingBack(let state):
            return state.isWaitingForPods ? continueRollback(state, at: now) : tick(at: now)
        case .emptying(let state):
            return watchEmptying(state, window, at: now)
        case .stepping:
            return verdict.kind == .degraded ? rollBack(because: verdict.reason, at: now) : []
        case .watching(let firstStep, _):
            return watch(window, verdict, firstStep: firstStep, at: now)
        case .analyzing(let state), .baking(let state):
            return analyze(window, verdict, state, at: now)
        }
    }

    private mutating func watch(
        _ window: WindowSummary,
        _ verdict: Verdict,
        firstStep: Int,
        at now: Timestamp
    ) -> [Action] {
        let percent = route?.weights.canaryPercent ?? 0
        if verdict.kind == .degraded, percent > 0 { return rollBack(because: verdict.reason, at: now) }
        if let lost = trackLoss(window, verdict, at: now) { return lost }
        guard window.isUsable else { return [] }

        historyWindows &+= 1
        historySeconds += Double(Self.milliseconds(window.seconds)) / 1000
        var actions: [Action] = []
        // A step that was asked for without an answer may be in force.
        if percent == 0, window.canaryRequests > 0, askedStep == nil, !hasWarnedOfBypass {
            hasWarnedOfBypass = true
            actions.append(.notify(Notice(.warning, .bypassed(window))))
        }
        // A share that the canary has already is judged whatever keeps it from rising: only then can it be rolled back.
        let isRise = rules.steps.indices.contains(firstStep) && rules.steps[firstStep] > percent + 1e-6
        guard hasHistory, !isRise || (!isPaused && gate == nil) else { return actions }
        return actions + stepIfRoom(to: firstStep, at: now)
    }

    /// Whether stable was watched for long enough for the first step.
    package var hasHistory: Bool {
        historyWindows >= RolloutRules.leastHistoryWindows && historySeconds >= rules.pace.history.inSeconds - 1e-6
    }

    private mutating func analyze(
        _ window: WindowSummary,
        _ verdict: Verdict,
        _ before: StepState,
        at now: Timestamp
    ) -> [Action] {
        var state = before
        state.windows += 1
        let startedAt = window.began(inRoundAt: now)
        let isSettled = startedAt >= state.appliedAt.advanced(by: rules.pace.settle)
        if window.isUsable, window.isCanaryComplete, !isStableAway(from: startedAt) {
            state.split.observe(stable: window.stableRequests, canary: window.canaryRequests, isSettled: isSettled)
            countSilence(window, &state, isSettled: isSettled)
        }
        if state.split.status == .contradicted {
            state.contradictedSince = state.contradictedSince ?? now
        } else {
            state.contradictedSince = nil
        }
        let seconds = Double(Self.milliseconds(window.seconds)) / 1000
        if verdict.kind == .unknown {
            state.unknownSeconds += seconds
        } else {
            state.unknownSeconds = 0
            state.judgedSeconds += seconds
        }
        current = state
        replaceStep(state)

        if let pendingRollback { return deferRollback(because: pendingRollback.reason, at: now) }
        if verdict.kind == .degraded { return rollBack(because: verdict.reason, at: now) }
        if let contest { return contested(contest, at: now) }
        if state.silentExpected >= RolloutRules.leastSilentRequests {
            return silent(state, at: now)
        }
        if let lost = trackLoss(window, verdict, at: now) { return lost }
        if let since = state.contradictedSince, now.since(since) >= rules.contradictionLimit {
            return finish(.held(.weightNotEffective, .notEffective(state, window)))
        }
        if case .baking = phase { return bake(state, verdict, lag: Self.lag(window), at: now) }
        // The proof has to be older than the verdict: evidence of safety counts from the proof on.
        if verdict.kind == .healthy, before.split.isProved, !isPaused, gate == nil || isLastStep(state), window.isUsable
        {
            return advance(from: state, verdict, at: now)
        }
        return checkDeadline(verdict, at: now)
    }

    private mutating func advance(from state: StepState, _ verdict: Verdict, at now: Timestamp) -> [Action] {
        guard verdict.decision == .advance || verdict.decision == .promote else {
            return checkDeadline(verdict, at: now)
        }
        guard state.step + 1 < rules.steps.count else {
            return finish(
                .promoted(Reason("proved", "\(verdict.reason.text); the last step is \(Phrase.weight(state.percent))"))
            )
        }
        let actions = stepIfRoom(to: state.step + 1, at: now)
        return block == nil || outcome != nil ? actions : actions + checkDeadline(verdict, at: now)
    }

    private mutating func bake(
        _ state: StepState,
        _ verdict: Verdict,
        lag: Duration,
        at now: Timestamp
    ) -> [Action] {
        guard state.unknownSeconds < rules.patience.inSeconds else {
            let reason = Reason("telemetry-lost", "the bake cannot be judged any more: \(verdict.reason.text)")
            return fallBack(rules.guards.onTelemetryLost, .telemetryLost, reason, at: now)
        }
        let bake = rules.pace.bake.inSeconds
        // Time that nobody watched, as after a crash, is no bake.
        guard now.since(state.appliedAt) >= rules.pace.bake + lag, state.judgedSeconds >= bake / 2,
            verdict.kind != .unknown,
            !isPaused
        else { return [] }
        guard state.split.isProved else {
            return state.judgedSeconds >= bake + rules.patience.inSeconds
                ? finish(.held(.weightNotEffective, .notProved(state))) : []
        }
        return finish(
            .promoted(Reason("promoted", "\(Phrase.duration(rules.pace.bake.inSeconds)) at 100 % without a regression"))
        )
    }

    private mutating func checkDeadline(_ verdict: Verdict, at now: Timestamp) -> [Action] {
        guard let deciding = decidingTime(at: now), deciding >= rules.pace.deadline else { return [] }
        if let block, !isBlind { return finish(.held(.capacity, block.reason)) }
        let missing =
            verdict.missingRequests.map { "; about \(Phrase.count($0)) more canary requests were needed" } ?? ""
        let reason = Reason(
            "deadline",
            "no decision within \(Phrase.duration(rules.pace.deadline.inSeconds)): \(verdict.reason.text)\(missing)"
        )
        return fallBack(rules.guards.onDeadline, .deadline, reason, at: now)
    }

    /// Whether nothing is left to raise.
    private func isLastStep(_ state: StepState) -> Bool { state.step + 1 >= rules.steps.count }

    private func countSilence(_ window: WindowSummary, _ state: inout StepState, isSettled: Bool) {
        guard window.canaryRequests == 0 else {
            state.silentExpected = 0
            return
        }
        // At 100 % nothing tells a silent canary from a silent service.
        guard isSettled, state.percent < 100 else { return }
        // Where comparability is assumed, stable's requests are not all the rule's: only what was seen says what to expect.
        let expected =
            rules.assumesComparable ? (state.split.isProved ? state.split.observedShare : nil) : state.percent / 100
        guard let share = expected, share > 0, share < 1 else { return }
        state.silentExpected += Double(window.stableRequests) * share / (1 - share)
    }

    private mutating func silent(_ state: StepState, at now: Timestamp) -> [Action] {
        let reason = Reason(
            "canary-silent",
            "telemetry is fresh, about \(Phrase.count(state.silentExpected.rounded())) canary requests were expected at "
                + "\(Phrase.weight(state.percent)), and none was seen"
        )
        return fallBack(rules.guards.onCanarySilent, .weightNotEffective, reason, at: now)
    }

    /// Notes how long telemetry has been unusable, and ends the run when that has been too long.
    private mutating func trackLoss(_ window: WindowSummary, _ verdict: Verdict, at now: Timestamp) -> [Action]? {
        let isAlive = window.isUsable && (window.stableRequests > 0 || window.canaryRequests > 0)
        guard !isAlive else {
            lossSince = nil
            lossReason = nil
            return nil
        }
        let since = lossSince ?? now.advanced(by: .milliseconds(-Self.milliseconds(window.seconds)))
        lossSince = since
        let cause = window.isUsable ? "neither version got a request" : verdict.reason.text
        guard now.since(since) >= rules.patience else { return nil }
        let reason = Reason(
            "telemetry-lost",
            "no usable telemetry for \(Phrase.duration(now.since(since).inSeconds)): \(cause)"
        )
        return fallBack(rules.guards.onTelemetryLost, .telemetryLost, reason, at: now)
    }

    /// The run goes on after a while in which nobody looked: what had lasted before begins to last anew.
    package mutating func resumed() {
        lossSince = nil
        lossReason = nil
        block = nil
        current?.contradictedSince = nil
        if case .analyzing(var state) = phase {
            state.contradictedSince = nil
            phase = .analyzing(state)
        } else if case .baking(var state) = phase {
            state.contradictedSince = nil
            phase = .baking(state)
        }
    }

    mutating func fallBack(
        _ fallback: Guards.Fallback,
        _ hold: Outcome.Hold,
        _ reason: Reason,
        at now: Timestamp
    ) -> [Action] {
        switch fallback {
        case .hold: finish(.held(hold, reason))
        case .rollback: isUntouched ? finish(.held(hold, reason)) : rollBack(because: reason, at: now)
        }
    }
}

extension Reason {
    fileprivate static func notProved(_ state: Rollout.StepState) -> Reason {
        Reason(
            "weightNotEffective",
            "the bake is over, but the requests seen do not prove that \(Phrase.weight(state.percent)) of the traffic reach the canary"
        )
    }

    fileprivate static func bypassed(_ window: Rollout.WindowSummary) -> Reason {
        let callers = window.canaryCallers.isEmpty ? "unknown callers" : window.canaryCallers.joined(separator: ", ")
        return Reason(
            "bypass",
            "the canary is at weight 0 and still gets \(Phrase.count(window.canaryRequests)) requests in a window, from \(callers): "
                + "they reach it past this rule"
        )
    }

    fileprivate static func notEffective(_ state: Rollout.StepState, _ window: Rollout.WindowSummary) -> Reason {
        let observed = state.split.observedShare.map { Phrase.percent($0) } ?? "nothing"
        let callers =
            window.canaryCallers.isEmpty
            ? "" : "; the canary's callers: \(window.canaryCallers.joined(separator: ", "))"
        return Reason(
            "weightNotEffective",
            "the canary's weight is \(Phrase.weight(state.percent)), but it gets \(observed) of "
                + "\(Phrase.count(Double(state.split.stable) + Double(state.split.canary))) requests: another rule, gateway or caller "
                + "decides\(callers)"
        )
    }
}
