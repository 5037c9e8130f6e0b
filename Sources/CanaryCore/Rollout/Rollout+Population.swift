extension Rollout {
    /// A step that waits for pods.
    package struct CapacityBlock: Sendable, Hashable, Codable {
        package var since: Timestamp
        package var reason: Reason
    }

    /// A rollback that would be an outage, because stable has no ready endpoint.
    package struct PendingRollback: Sendable, Hashable, Codable {
        package var since: Timestamp
        package var reason: Reason
    }

    /// The pod-template hashes that a run is about.
    package struct Release: Sendable, Hashable, Codable {
        package var stable: [String]
        package var canary: [String]
    }

    /// Takes what the cluster says about the pods; nil is not knowing.
    mutating func populationSeen(_ found: Population?, at now: Timestamp) -> [Action] {
        population = found
        guard let found else { return [] }
        hasPopulation = true
        if let actions = releaseSeen(found, at: now) { return actions }
        return stableSeen(found.stable, at: now) + capacitySeen(found, at: now)
    }

    /// Tells when stable's last ready pod goes while the two are compared, and when one is back.
    ///
    /// Rounds between have no requests of stable: they add nothing to the evidence and take nothing from it, and they say nothing of
    /// the split.
    private mutating func stableSeen(_ stable: Population.Side, at now: Timestamp) -> [Action] {
        guard case .analyzing = phase, stable.ready == 0 else {
            guard let since = stableAwaySince, stable.ready > 0 else { return [] }
            stableAwaySince = nil
            stableBackAt = now
            guard case .analyzing = phase else { return [] }
            let away = Phrase.duration(max(now.since(since).inSeconds, 0))
            let text =
                "stable has ready pods again after \(away): the comparison goes on with the evidence from before\(deadlineWords)"
            return [.notify(Notice(.info, Reason("stable-back", text)))]
        }
        guard stableAwaySince == nil else { return [] }
        stableAwaySince = now
        let pods = "\(stable.total) \(stable.total == 1 ? "pod" : "pods")"
        let text =
            "stable has no ready pod (0 of \(pods)): nothing can be compared and no step is taken until it has one; the evidence "
            + "so far is kept\(deadlineWords)"
        return [.notify(Notice(.warning, Reason("stable-away", text)))]
    }

    /// Whether stable had no ready pod in a part of a round that began then.
    func isStableAway(from start: Timestamp) -> Bool {
        stableAwaySince != nil || stableBackAt.map { start < $0 } ?? false
    }

    private mutating func capacitySeen(_ found: Population, at now: Timestamp) -> [Action] {
        switch phase {
        case .watching, .stepping, .analyzing, .baking:
            if let pending = pendingRollback {
                guard found.stable.ready > 0 else { return [] }
                pendingRollback = nil
                return rollBack(because: pending.reason, at: now)
            }
            if (route?.weights.canaryPercent ?? 0) > 0, found.canary.ready == 0 {
                return rollBack(because: .noCanaryEndpoints(found), at: now)
            }
            if let block, let next = nextStep, capacityFault(for: rules.steps[next]) == nil {
                self.block = nil
                let text =
                    block.reason == .podsUnknown
                    ? "the number of ready pods is known again" : "the pods are there now: \(block.reason.text)"
                return [.notify(Notice(.info, Reason("capacity", text)))]
            }
            return []
        case .rollingBack(let state):
            return state.isWaitingForPods ? continueRollback(state, at: now) : suspendRollback(state, found)
        case .emptying, .starting, .finished:
            return []
        }
    }

    /// Why a step to this weight has to wait for pods; nil if it need not, or if nothing is known of pods at all.
    func capacityFault(for percent: Double) -> Reason? {
        guard hasPopulation else { return nil }
        guard let population else { return .podsUnknown }
        if population.stable.ready == 0 {
            return Reason("capacity", population.unready(population.stable, "stable"))
        }
        if population.canary.ready == 0 {
            return Reason("capacity", population.unready(population.canary, "the canary"))
        }
        if firstChangeAt == nil, population.canary.hashes.count > 1 {
            return Reason(
                "capacity",
                "the canary's pods are of \(population.canary.hashes.count) revisions; its rollout has to end first: "
                    + "kubectl -n \(population.namespace) rollout status \(population.canary.workload ?? "deployment/NAME")"
            )
        }
        guard let needed = load.pods(for: percent / 100, factor: RolloutRules.overload),
            needed > population.canary.ready
        else { return nil }
        return Reason(
            "capacity",
            "\(Phrase.weight(percent)) of the traffic needs \(needed) ready canary pods, at twice the load that a stable "
                + "pod carried before the run; there \(population.canary.ready == 1 ? "is" : "are") \(population.canary.ready): "
                + population.scaleCommand(population.canary, to: needed)
        )
    }

    /// Whether the pods were known and are not now, in a run that waits for the API for as long as it takes.
    var isBlind: Bool { population == nil && hasPopulation && rules.isUnattended }

    /// The step that comes after the present weight.
    var nextStep: Int? {
        let next: Int
        switch phase {
        case .watching(let first, _): next = first
        case .analyzing(let state): next = state.step + 1
        case .starting, .stepping, .baking, .rollingBack, .emptying, .finished: return nil
        }
        return rules.steps.indices.contains(next) ? next : nil
    }

    /// Asks for the weights of a step if there are pods for them, else waits for pods and in the end gives up.
    mutating func stepIfRoom(to step: Int, at now: Timestamp) -> [Action] {
        guard rules.steps.indices.contains(step), let route, !isAt(rules.steps[step], route),
            let fault = capacityFault(for: rules.steps[step])
        else {
            block = nil
            return self.step(to: step, at: now)
        }
        // Not seeing the pods is not seeing too few of them: each has a wait of its own.
        guard let block, (block.reason == .podsUnknown) == (fault == .podsUnknown) else {
            self.block = CapacityBlock(since: now, reason: fault)
            let text = "the step to \(Phrase.weight(rules.steps[step])) waits: \(fault.text)"
            return [.notify(Notice(.warning, Reason("capacity", text)))]
        }
        guard now.since(block.since) >= rules.patience, !isBlind else { return [] }
        return finish(.held(.capacity, fault))
    }

    /// Puts a rollback off that would send everything to a stable version without endpoints.
    mutating func deferRollback(because reason: Reason, at now: Timestamp) -> [Action] {
        guard let pendingRollback else {
            self.pendingRollback = PendingRollback(since: now, reason: reason)
            let fault = population.map { $0.unready($0.stable, "stable") } ?? "stable has no ready endpoint"
            let text =
                "not rolled back, because it would be an outage: \(fault); "
                + "it is done as soon as stable has a ready pod. Why it is wanted: \(reason.text)"
            return [.notify(Notice(.page, Reason("stable-not-ready", text)))]
        }
        guard now.since(pendingRollback.since) >= max(rules.pace.deadline, rules.patience), !isBlind else { return [] }
        return finish(
            .held(
                .capacity,
                Reason(
                    "stable-not-ready",
                    "stable had no ready endpoint for \(Phrase.duration(now.since(pendingRollback.since).inSeconds)), so the "
                        + "rollback was not done: \(pendingRollback.reason.text)"
                )
            )
        )
    }

    /// Stops trying to write a rollback when stable has lost its last endpoint meanwhile.
    private mutating func suspendRollback(_ before: RollbackState, _ found: Population) -> [Action] {
        guard found.stable.ready == 0, let percent = route?.weights.canaryPercent, percent > 0 else { return [] }
        var state = before
        state.targetPercent = percent
        state.isWaitingForPods = true
        state.retryAt = nil
        phase = .rollingBack(state)
        return [.notify(partialNotice(percent))]
    }

    /// The canary's share, in whole percent, that has to stay for now because stable's pods cannot take it; 0 moves everything.
    ///
    /// What fits is the ready pods times the load that one of them carried before the run. A dead canary keeps nothing.
    func rollbackTarget(at percent: Double) -> Double {
        if let population, population.stable.ready == 0 { return percent }
        guard let population, population.canary.ready > 0, !load.isCanaryDead,
            let fitting = load.share(carriedBy: population.stable.ready), fitting < 1
        else { return 0 }
        return min(max(((1 - fitting) * 100 - 1e-9).rounded(.up), 0), percent)
    }

    /// Moves more to stable as its pods become ready.
    mutating func continueRollback(_ before: RollbackState, at now: Timestamp) -> [Action] {
        guard let route else { return [] }
        var state = before
        // Not knowing the pods any more is no reason to send everything to too few of them.
        let target = population == nil ? state.targetPercent : rollbackTarget(at: state.targetPercent)
        if target <= state.targetPercent - 1 || target == 0 {
            state.targetPercent = target
            state.isWaitingForPods = false
            phase = .rollingBack(state)
            return [.apply(state.plan, expecting: route.revision)]
        }
        guard now.since(state.since) >= max(rules.pace.deadline, rules.patience), !isBlind else { return [] }
        let ready = population?.stable.ready ?? 0
        return finish(
            .rolledBack(
                state.reason,
                .incomplete(
                    "\(Phrase.weight(state.targetPercent)) is still on the canary, because stable has only \(ready) ready pods"
                )
            )
        )
    }

    /// Moves everything to the stable pods there are, because an operator insists; never to none.
    mutating func moveEverything(_ before: RollbackState, _ reason: Reason) -> [Action] {
        guard let route, population?.stable.ready != 0 else { return [] }
        var state = before
        state.targetPercent = 0
        state.isWaitingForPods = false
        phase = .rollingBack(state)
        return [.notify(Notice(.info, reason)), .apply(state.plan, expecting: route.revision)]
    }

    /// Says why not everything is moved at once.
    func partialNotice(_ target: Double) -> Notice {
        let text: String
        if let population, let needed = load.pods(for: 1, factor: 1) {
            text =
                "stable has \(population.stable.ready) ready pods and needs \(needed) for all of the traffic; "
                + "\(Phrase.weight(target)) stays on the canary until they are ready: "
                + population.scaleCommand(population.stable, to: needed)
                + "; `haldane rollback` once more moves everything at once"
        } else {
            text = "\(Phrase.weight(target)) stays on the canary until stable has more ready pods"
        }
        return Notice(.page, Reason("rollback-partial", text))
    }

    /// Notes the release at the first step, and ends a run whose pods became those of another one; nil if nothing changed.
    private mutating func releaseSeen(_ found: Population, at now: Timestamp) -> [Action]? {
        guard var release else {
            if !found.stable.hashes.isEmpty {
                release = Release(stable: found.stable.hashes, canary: found.canary.hashes)
            }
            return nil
        }
        if firstChangeAt == nil {
            // Until the first step the canary may still be on its way.
            release.canary = found.canary.hashes
            self.release = release
        }
        let side: String
        let added: [String]
        let newCanary = found.canary.hashes.filter { !release.canary.contains($0) }
        let newStable = found.stable.hashes.filter { !release.stable.contains($0) }
        if !newCanary.isEmpty, !release.canary.isEmpty {
            (side, added) = ("the canary's", newCanary)
        } else if !newStable.isEmpty, !release.stable.isEmpty {
            (side, added) = ("stable's", newStable)
        } else {
            if release.canary.isEmpty { self.release?.canary = found.canary.hashes }
            return nil
        }
        let next =
            rules.isUnattended ? "what is there now is tried by itself, from the beginning" : "run again to try it"
        let reason = Reason(
            "release-changed",
            "\(side) pods were replaced by another revision (\(added.joined(separator: ", "))) during the run: what was seen so "
                + "far says nothing about it; \(next)"
        )
        switch phase {
        case .rollingBack, .emptying, .finished, .starting: return nil
        case .watching where isUntouched: return finish(.stopped(reason))
        case .watching, .stepping, .analyzing, .baking: return rollBack(because: reason, at: now)
        }
    }
}

extension Reason {
    /// The cluster does not say how many pods are ready.
    fileprivate static let podsUnknown = Reason("capacity", "the number of ready pods is not known at the moment")

    fileprivate static func noCanaryEndpoints(_ population: Population) -> Reason {
        Reason(
            "no-canary-endpoints",
            "the canary has no ready endpoint, so that its share of the requests fails: "
                + population.unready(population.canary, "it")
        )
    }
}
