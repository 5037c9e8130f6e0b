import CanaryCore

extension Rollout {
    /// Why a command would do nothing now; nil if it can be obeyed.
    func objection(to command: OperatorCommand) -> String? {
        if case .finished(let outcome) = phase {
            return "the run is over: it was \(outcome.words): \(outcome.reason.text)"
        }
        switch command.verb {
        case .stop: return nil
        case .rollback:
            // Asked once more, a rollback that waits for pods moves everything.
            if case .rollingBack(let state) = phase, state.isWaitingForPods, population?.stable.ready != 0 {
                return nil
            }
            return rollbackWords
        case .resume: return pause == nil ? "the run is not paused" : nil
        case .pause:
            if let rollbackWords { return "\(rollbackWords); a rollback is not paused" }
            return pause.map { "the run is paused already, by \($0.by ?? "the operator"): \($0.reason)" }
        case .promote:
            if let rollbackWords { return "\(rollbackWords); nothing is promoted any more" }
            switch phase {
            case .starting: return "the route has not been read yet; ask again in a moment"
            case .stepping(let step, _):
                return "step \(step + 1) of \(rules.steps.count) is being written; ask again in a moment"
            default: return nil
            }
        }
    }

    private var rollbackWords: String? {
        switch phase {
        case .rollingBack(let state): "the run is rolling back already (\(state.reason.text))"
        case .emptying(let state):
            "the run is rolled back already (\(state.reason.text)) and waits for the canary to be empty"
        default: nil
        }
    }
}
