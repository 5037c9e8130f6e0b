extension Rollout {
    /// The operator wins over automation.
    mutating func commanded(_ command: OperatorCommand, at now: Timestamp) -> [Action] {
        let reason = Reason("operator", "\(command.verb.rawValue) by operator: \(command.reason)")
        switch command.verb {
        case .rollback:
            return rollBack(because: reason, at: now)
        case .stop:
            return finish(.stopped(reason))
        case .pause:
            isPaused = true
            return [.notify(Notice(.info, reason))]
        case .resume:
            isPaused = false
            return [.notify(Notice(.info, reason))]
        case .promote:
            return promote(reason, at: now)
        }
    }

    mutating func journalLost(_ reason: Reason, at now: Timestamp) -> [Action] {
        switch phase {
        case .rollingBack, .emptying, .finished: []
        case .starting, .watching, .stepping, .analyzing, .baking:
            fallBack(rules.guards.onJournalLost, .journalLost, reason, at: now)
        }
    }

    private mutating func promote(_ reason: Reason, at now: Timestamp) -> [Action] {
        switch phase {
        case .watching(let firstStep, _):
            return step(to: firstStep, at: now)
        case .analyzing(let state):
            return state.step + 1 < rules.steps.count ? step(to: state.step + 1, at: now) : finish(.promoted(reason))
        case .baking:
            return finish(.promoted(reason))
        case .starting, .stepping, .rollingBack, .emptying, .finished:
            return []
        }
    }
}
