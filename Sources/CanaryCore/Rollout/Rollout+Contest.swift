extension Rollout {
    /// Somebody else's weights are in force.
    package struct Contest: Sendable, Hashable, Codable {
        package var since: Timestamp
        package var reason: Reason
    }

    /// Weights that nobody here wrote: nothing is promoted any more, and a rollback stays armed for as long as the canary
    /// gets traffic.
    mutating func contest(_ snapshot: RouteSnapshot, _ before: StepState, at now: Timestamp) -> [Action] {
        let reason = contested(snapshot)
        route = snapshot
        askedStep = nil
        guard snapshot.weights.canaryPercent > 0 else { return finish(.held(.contested, reason)) }
        let isNew = contest == nil
        contest = Contest(since: contest?.since ?? now, reason: reason)
        var state = before
        state.percent = snapshot.weights.canaryPercent
        // An operator who promotes goes up from here.
        state.step = rules.steps.lastIndex { $0 <= state.percent + 1e-9 } ?? 0
        state.appliedAt = now
        state.windows = 0
        state.silentExpected = 0
        state.contradictedSince = nil
        current = state
        phase = .analyzing(state)
        guard isNew else { return [] }
        let text = "\(reason.text); nothing is promoted any more, a regression is still rolled back"
        return [.notify(Notice(.page, Reason("contested", text)))]
    }

    /// Ends a contested run at its deadline, with some time at the foreign weights.
    mutating func contested(_ contest: Contest, at now: Timestamp) -> [Action] {
        guard let firstChangeAt, now.since(firstChangeAt) >= rules.pace.deadline,
            now.since(contest.since) >= rules.patience
        else { return [] }
        return switch rules.guards.onDeadline {
        case .hold: finish(.held(.contested, contest.reason))
        case .rollback: rollBack(because: contest.reason, at: now)
        }
    }

    func contested(_ snapshot: RouteSnapshot) -> Reason {
        let expected: Double
        switch phase {
        case .analyzing(let state), .baking(let state): expected = state.percent
        default: expected = route?.weights.canaryPercent ?? 0
        }
        return Reason(
            "contested",
            "\(ForeignWriter.name(snapshot.writer)) set the canary's weight to "
                + "\(Phrase.weight(snapshot.weights.canaryPercent)) in \(snapshot.place), where \(Phrase.weight(expected)) was in "
                + "force\(ForeignWriter.advice(snapshot.writer))"
        )
    }
}
