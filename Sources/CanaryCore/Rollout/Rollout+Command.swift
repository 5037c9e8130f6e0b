extension Rollout {
    /// An operator's pause.
    package struct Pause: Sendable, Hashable, Codable {
        package var since: Timestamp
        /// Who, as `alice@laptop`; nil if that is not known.
        package var by: String?
        package var reason: String
    }

    /// The operator wins over automation.
    mutating func commanded(_ command: OperatorCommand, at now: Timestamp) -> [Action] {
        let who = [command.isAutomatic == true ? nil : "operator", command.by].compactMap { $0 }
        let by = who.isEmpty ? "" : " by \(who.joined(separator: " "))"
        let reason = Reason("operator", "\(command.verb.rawValue)\(by): \(command.reason)")
        switch command.verb {
        case .rollback:
            if case .rollingBack(let state) = phase, state.isWaitingForPods { return moveEverything(state, reason) }
            return rollBack(because: reason, at: now)
        case .stop:
            return finish(.stopped(reason))
        case .pause:
            pause = pause ?? Pause(since: now, by: command.by, reason: command.reason)
            return [.notify(Notice(.info, reason))]
        case .resume:
            pause = nil
            return [.notify(Notice(.info, reason))]
        case .promote:
            return promote(reason, at: now)
        }
    }

    mutating func journalLost(_ reason: Reason, at now: Timestamp) -> [Action] {
        switch phase {
        case .rollingBack, .emptying, .finished: return []
        case .starting, .watching, .stepping, .analyzing, .baking: break
        }
        guard rules.isUnattended, rules.guards.onJournalLost == .hold else {
            return fallBack(rules.guards.onJournalLost, .journalLost, reason, at: now)
        }
        // Nobody looks after the weight once the run is over: it is watched on, and only ever taken back.
        let closed = gated(Reason(Gate.journalLabel, "the journal cannot be written (\(reason.text))"), at: now)
        // The step on its way is not written, or was already: the route says which.
        if case .stepping = phase { return closed + [.readRoute] }
        return closed
    }

    private mutating func promote(_ reason: Reason, at now: Timestamp) -> [Action] {
        if let population, population.canary.ready == 0 {
            let text = "not promoted: \(population.unready(population.canary, "the canary"))"
            return [.notify(Notice(.warning, Reason("capacity", text)))]
        }
        if let gate, gate.isPermanent {
            return [.notify(Notice(.warning, Reason("journal", "not promoted: \(gate.reason.text)")))]
        }
        // Whoever promotes does not want the rollback any more that waits for stable's pods.
        pendingRollback = nil
        switch phase {
        case .watching(let firstStep, _):
            return [.notify(Notice(.info, reason))] + step(to: firstStep, at: now)
        case .analyzing(let state):
            guard state.step + 1 < rules.steps.count else {
                // Somebody else's weights are not the last step's.
                guard contest != nil else { return finish(.promoted(reason)) }
                return [.notify(Notice(.info, reason))] + step(to: state.step, at: now)
            }
            return [.notify(Notice(.info, reason))] + step(to: state.step + 1, at: now)
        case .baking:
            return finish(.promoted(reason))
        case .starting, .stepping, .rollingBack, .emptying, .finished:
            return []
        }
    }
}
