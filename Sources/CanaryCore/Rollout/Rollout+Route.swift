extension Rollout {
    mutating func routeRead(_ snapshot: RouteSnapshot, at now: Timestamp) -> [Action] {
        unreadableRounds = 0
        isRouteUnreadable = false
        routeBack(at: now)
        switch phase {
        case .starting:
            return start(snapshot, at: now)
        case .watching:
            if let entered = enterAsked(snapshot, at: now) { return entered }
            guard let route, snapshot.weights == route.weights else {
                return finish(.held(.contested, contested(snapshot)))
            }
            self.route = snapshot
            return []
        case .stepping(let step, let attempts):
            return reread(snapshot, steppingTo: step, attempts: attempts, at: now)
        case .analyzing(let state), .baking(let state):
            guard isAt(state.percent, snapshot) else {
                if let entered = enterAsked(snapshot, at: now) { return entered }
                return contest(snapshot, state, at: now)
            }
            route = snapshot
            return warnOfObjection(snapshot)
        case .rollingBack(let state):
            let isAsBefore = route?.weights == snapshot.weights
            route = snapshot
            let state = state.limited(to: snapshot)
            if isAt(0, snapshot) { return empty(state, at: now) }
            if isAt(state.targetPercent, snapshot) { return awaitPods(state) }
            return isAsBefore ? repeatRollback(state, snapshot) : rewrite(state, snapshot, at: now)
        case .emptying(let state):
            route = snapshot
            return isAt(0, snapshot) ? [] : rewrite(state, snapshot, at: now)
        case .finished:
            return []
        }
    }

    mutating func routeUnreadable(_ reason: Reason, at now: Timestamp) -> [Action] {
        switch phase {
        case .starting:
            return finish(.refused(reason))
        case .stepping(let step, _):
            routeGone(at: now)
            return postpone(step, because: reason)
        case .watching, .analyzing, .baking:
            isRouteUnreadable = true
            unreadableRounds += 1
            routeGone(at: now)
            guard unreadableRounds < Self.unreadableLimit || rules.isUnattended else { return giveUpStepping(reason) }
            return unreadableRounds == 1 ? [.notify(Notice(.warning, reason))] : []
        case .rollingBack(let state):
            return retryLater(state, reason, at: now)
        case .emptying, .finished:
            return []
        }
    }

    mutating func applied(_ snapshot: RouteSnapshot, at now: Timestamp) -> [Action] {
        let previous = route?.weights.canaryPercent ?? 0
        route = snapshot
        routeBack(at: now)
        switch phase {
        case .stepping(let step, _):
            guard rules.steps.indices.contains(step), isAt(rules.steps[step], snapshot) else {
                return finish(.held(.contested, contested(snapshot)))
            }
            return enter(step, from: previous, at: now)
        case .rollingBack(let state):
            let state = state.limited(to: snapshot)
            if isAt(0, snapshot) { return empty(state, at: now) }
            return isAt(state.targetPercent, snapshot) ? awaitPods(state) : rewrite(state, snapshot, at: now)
        case .emptying(let state):
            return isAt(0, snapshot) ? [] : rewrite(state, snapshot, at: now)
        case .analyzing(let state), .baking(let state):
            return isAt(state.percent, snapshot) ? [] : contest(snapshot, state, at: now)
        case .starting, .watching, .finished:
            return []
        }
    }

    mutating func refused(_ fault: RouteFault, at now: Timestamp) -> [Action] {
        switch phase {
        case .stepping(let step, _):
            return switch fault {
            case .conflict: [.readRoute]
            case .unavailable(let reason): postpone(step, because: reason)
            case .impossible(let reason): giveUpStepping(reason)
            }
        case .rollingBack(let state):
            if case .conflict(let reason) = fault { return conflicted(state, reason, at: now) }
            return retryLater(state, fault.reason, at: now)
        case .starting, .watching, .analyzing, .baking, .emptying, .finished:
            return []
        }
    }

    /// Asks for the weights of a step.
    mutating func step(to step: Int, at now: Timestamp) -> [Action] {
        guard rules.steps.indices.contains(step), let route else { return [] }
        let percent = rules.steps[step]
        if isAt(percent, route) { return enter(step, from: percent, at: now) }
        phase = .stepping(to: step, attempts: 0)
        askedStep = AskedStep(step: step, at: now)
        let plan = WeightPlan(canaryPercent: percent, purpose: percent >= 100 ? .promotion : .step)
        return [.apply(plan, expecting: route.revision)]
    }

    func isAt(_ percent: Double, _ snapshot: RouteSnapshot) -> Bool {
        (snapshot.weights.canaryPercent - percent).magnitude < 1e-6
    }

    mutating func replaceStep(_ state: StepState) {
        if case .baking = phase { phase = .baking(state) } else { phase = .analyzing(state) }
    }

    private mutating func start(_ snapshot: RouteSnapshot, at now: Timestamp) -> [Action] {
        if case .segmentOfStable(let elsewhere) = snapshot.reach, !rules.assumesComparable, !rules.selectsSegment {
            return finish(.refused(.notComparable(elsewhere)))
        }
        if let objection = snapshot.objection {
            return finish(.refused(Reason("not-accepted", "\(snapshot.place) is not in force: \(objection)")))
        }
        guard let first = rules.steps.first else {
            return finish(.refused(Reason("no-steps", "the spec has no steps")))
        }
        let found = snapshot.weights.canaryPercent
        route = snapshot
        if found > 0, found < first {
            return finish(
                .refused(
                    Reason(
                        "weight-below-first-step",
                        "the canary is at \(Phrase.weight(found)), below the first step of \(Phrase.weight(first)); "
                            + "set it to 0 or lower the first step"
                    )
                )
            )
        }
        let firstStep = rules.steps.lastIndex { $0 <= found + 1e-9 } ?? 0
        phase = .watching(firstStep: firstStep, since: now)
        return []
    }

    private mutating func reread(
        _ snapshot: RouteSnapshot,
        steppingTo step: Int,
        attempts: Int,
        at now: Timestamp
    ) -> [Action] {
        guard rules.steps.indices.contains(step) else { return [] }
        if isAt(rules.steps[step], snapshot) {
            return applied(snapshot, at: now)
        }
        guard let route, route.weights == snapshot.weights else {
            if let current { return contest(snapshot, current, at: now) }
            return finish(.held(.contested, contested(snapshot)))
        }
        guard attempts < RolloutRules.rewriteLimit else {
            self.route = snapshot
            let text =
                "\(snapshot.place) was changed by \(ForeignWriter.name(snapshot.writer)) each time the step was written"
            return postpone(step, because: Reason("conflict", text))
        }
        self.route = snapshot
        // After a crash the verdict that asked for the step may be old.
        if let askedStep, now.since(askedStep.at) > rules.patience {
            return postpone(
                step,
                because: Reason("stale", "the verdict for the next step is too old; it is judged again")
            )
        }
        let percent = rules.steps[step]
        if let fault = gate?.reason ?? capacityFault(for: percent) { return postpone(step, because: fault) }
        phase = .stepping(to: step, attempts: attempts + 1)
        let plan = WeightPlan(canaryPercent: percent, purpose: percent >= 100 ? .promotion : .step)
        return [.apply(plan, expecting: snapshot.revision)]
    }

    private mutating func enter(_ step: Int, from previous: Double, at now: Timestamp) -> [Action] {
        let percent = rules.steps[step]
        askedStep = nil
        contest = nil
        unansweredWrites = 0
        if firstChangeAt == nil { firstChangeAt = now }
        let observed = current?.split.observedShare ?? previous / 100
        let claim: SplitProof.Claim =
            if (percent - previous).magnitude < 1e-9 {
                // Found at this weight: it has to show all the same.
                rules.assumesComparable ? .unchanged : .share(from: 0, to: percent / 100)
            } else if rules.assumesComparable {
                .moved(from: observed, isUp: percent > previous)
            } else {
                .share(from: previous / 100, to: percent / 100)
            }
        let state = StepState(step: step, percent: percent, appliedAt: now, split: SplitProof(claim))
        current = state
        phase = percent >= 100 ? .baking(state) : .analyzing(state)
        return [.notify(Notice(.info, Reason("step", "the canary's weight is \(Phrase.weight(percent))")))]
    }

    /// The write may or may not have been done: go on as before, and ask again after the next verdict that allows it.
    private mutating func postpone(_ step: Int, because reason: Reason) -> [Action] {
        unansweredWrites += 1
        guard unansweredWrites < Self.unreadableLimit || rules.isUnattended else { return giveUpStepping(reason) }
        if let current {
            phase = .analyzing(current)
        } else {
            phase = .watching(firstStep: step, since: askedStep?.at ?? Timestamp(milliseconds: 0))
        }
        return unansweredWrites == 1 ? [.notify(Notice(.warning, reason))] : []
    }

    /// Enters the step that was asked for if it turns out to be written; nil if it is not.
    private mutating func enterAsked(_ snapshot: RouteSnapshot, at now: Timestamp) -> [Action]? {
        guard let askedStep, rules.steps.indices.contains(askedStep.step), isAt(rules.steps[askedStep.step], snapshot)
        else {
            return nil
        }
        let previous = route?.weights.canaryPercent ?? 0
        route = snapshot
        return enter(askedStep.step, from: previous, at: now)
    }

    private mutating func giveUpStepping(_ reason: Reason) -> [Action] {
        firstChangeAt == nil && unansweredWrites == 0 ? finish(.refused(reason)) : finish(.held(.routeLost, reason))
    }

    /// Says once that the route's controller does not accept it.
    private mutating func warnOfObjection(_ snapshot: RouteSnapshot) -> [Action] {
        guard let objection = snapshot.objection, !hasWarnedOfObjection else { return [] }
        hasWarnedOfObjection = true
        let text = "\(snapshot.place) is stored and not in force: \(objection)"
        return [.notify(Notice(.page, Reason("not-accepted", text)))]
    }

    private static let unreadableLimit = 60
}

extension Reason {
    /// Stable is reached outside of the canary's rule, so that its numbers are other users' numbers.
    package static func notComparable(_ elsewhere: String) -> Reason {
        Reason(
            "notComparable",
            "the rule has a match, and stable is also reached by \(elsewhere): its numbers are other users' numbers; "
                + "select the segment with telemetry.match, or vouch for it with telemetry.comparable: assume"
        )
    }
}
