/// How somebody else goes on with a run that they have only read of.
extension RunState {
    /// What has to happen to a stored state before it is gone on with.
    package enum Adoption: Sendable, Hashable {
        /// The route is as the state knows it, or a write of its own that was on its way may still arrive.
        case asStored
        /// A step was written that the state does not know of yet.
        case step(Double)
        /// A rollback was begun that the state does not know of.
        case rollback
        /// Everything is back where it was before the run, and neither state nor record knows why: a rollback whose last words were
        /// lost, or somebody's hand.
        case foundBack
    }

    /// Tells from the record, which is written before each step, what became of the run after the state was stored.
    ///
    /// Weights that are neither the state's nor the record's are somebody else's: the run itself finds that out.
    package func adoption(of run: RolloutRecord.Run, found: RouteWeights?) -> Adoption {
        switch rollout.phase {
        case .rollingBack, .emptying, .finished: return .asStored
        case .starting, .watching, .stepping, .analyzing, .baking: break
        }
        if run.intent?.purpose == .rollback { return .rollback }
        let known = rollout.route?.weights.canaryPercent ?? run.baseline.canaryPercent
        func isSame(_ one: Double, _ other: Double) -> Bool { (one - other).magnitude < 1e-6 }
        // The state may be newer than the record, in which the step that it knows of is still an intent.
        let isIntent = run.intent.map { isSame($0.canaryPercent, known) } ?? false
        let written = isIntent ? known : run.percent
        if rollout.contest == nil, written < known - 1e-6 { return .rollback }
        // What was written last counts, whether or not it can be seen at the moment.
        guard let found = found?.canaryPercent else {
            return written > known + 1e-6 ? .step(written) : .asStored
        }
        guard !isSame(found, known) else { return .asStored }
        if isSame(found, written) { return .step(found) }
        if let intent = run.intent, isSame(found, intent.canaryPercent) { return .step(found) }
        if rollout.contest == nil, found < known, isSame(found, run.baseline.canaryPercent) { return .foundBack }
        return .asStored
    }

    /// The state as it is gone on with: its times are moved so that the time in which nobody ran it does not count, whatever the two
    /// clocks say, and a step that was on its way is its own.
    ///
    /// A verdict from before is too old to raise a weight after it.
    ///
    /// - Parameters:
    ///   - storedAt: when it was stored, by the clock of whoever did.
    ///   - now: by ours.
    ///   - isUnattended: whether whoever goes on with it waits for the API without end, see `RolloutRules.isUnattended`.
    package func takenOver(
        _ adoption: Adoption,
        storedAt: Timestamp,
        at now: Timestamp,
        isUnattended: Bool
    ) -> RunState {
        var state = self
        state.rollout.rules.isUnattended = isUnattended
        state.rollout.move(by: now.since(storedAt))
        // Whoever goes on has a journal of its own.
        if state.rollout.gate?.isPermanent == true { state.rollout.gate = nil }
        if case .step(let percent) = adoption { state.rollout.expect(percent) }
        return state
    }
}

extension Rollout {
    /// A run of which nothing is known but that it wrote, or may have written, the weights found.
    package static func orphaned(_ rules: RolloutRules, found: RouteSnapshot, at now: Timestamp) -> Rollout {
        var rollout = Rollout(rules: rules)
        rollout.route = found
        rollout.firstChangeAt = now
        rollout.phase = .watching(firstStep: 0, since: now)
        return rollout
    }

    /// The same, ended where it is found.
    package static func abandoned(
        _ rules: RolloutRules,
        found: RouteSnapshot?,
        outcome: Outcome,
        at now: Timestamp
    ) -> Rollout {
        var rollout = Rollout(rules: rules)
        rollout.route = found
        rollout.phase = .finished(outcome)
        return rollout
    }

    /// Takes weights that are found at this share for our own write.
    fileprivate mutating func expect(_ percent: Double) {
        guard let step = rules.steps.firstIndex(where: { ($0 - percent).magnitude < 1e-6 }) else { return }
        askedStep = AskedStep(step: step, at: Timestamp(milliseconds: 0))
    }

    /// Moves every time of the run.
    fileprivate mutating func move(by time: Duration) {
        func moved(_ moment: Timestamp) -> Timestamp { moment.advanced(by: time) }
        firstChangeAt = firstChangeAt.map(moved)
        lossSince = lossSince.map(moved)
        routeAwaySince = routeAwaySince.map(moved)
        // Whatever asked for it is history.
        if let asked = askedStep { askedStep = AskedStep(step: asked.step, at: Timestamp(milliseconds: 0)) }
        if let since = pause?.since { pause?.since = moved(since) }
        if let since = gate?.since { gate?.since = moved(since) }
        if let since = contest?.since { contest?.since = moved(since) }
        if let since = block?.since { block?.since = moved(since) }
        if let since = pendingRollback?.since { pendingRollback?.since = moved(since) }
        func step(_ state: StepState) -> StepState {
            var state = state
            state.appliedAt = moved(state.appliedAt)
            state.contradictedSince = state.contradictedSince.map(moved)
            return state
        }
        func rollback(_ state: RollbackState) -> RollbackState {
            var state = state
            state.since = moved(state.since)
            state.failingSince = state.failingSince.map(moved)
            state.retryAt = state.retryAt.map(moved)
            state.writtenAt = state.writtenAt.map(moved)
            return state
        }
        current = current.map(step)
        switch phase {
        case .starting, .stepping, .finished: break
        case .watching(let first, let since): phase = .watching(firstStep: first, since: moved(since))
        case .analyzing(let state): phase = .analyzing(step(state))
        case .baking(let state): phase = .baking(step(state))
        case .rollingBack(let state): phase = .rollingBack(rollback(state))
        case .emptying(let state): phase = .emptying(rollback(state))
        }
    }
}

extension Rollout.Release {
    /// The releases of these pods, by role; nil if one of the two has none.
    package init?(_ population: Population) {
        guard !population.stable.hashes.isEmpty, !population.canary.hashes.isEmpty else { return nil }
        self.init(stable: population.stable.hashes, canary: population.canary.hashes)
    }
}
