extension RunState {
    /// How many numbers of history are kept before the first comparison, as they are stored.
    package var historyNumbers: Int { judge.historyNumbers }

    /// This state with at most so many numbers of history before the first comparison, the oldest windows dropped first.
    ///
    /// Nothing else of a state grows with time. A run that goes on with a shorter history knows less of stable's bursts and is the
    /// more careful for it.
    package func trimmed(historyNumbers: Int) -> RunState {
        var state = self
        state.judge.trimHistory(to: max(historyNumbers, 0))
        return state
    }

    /// Why a run with this header cannot go on from this state, which was read from somewhere; nil if it can.
    ///
    /// A state that passes cannot trap whoever goes on with it, and its rules are those of the header's spec. What its evidence says
    /// has to be believed.
    package func fault(for header: RunHeader) -> String? {
        // Who waits for the run may change when somebody else takes it over.
        guard rollout.rules == RolloutRules(header.spec, isUnattended: rollout.rules.isUnattended) else {
            return "the rollout's rules are not those of the spec"
        }
        let rules = JudgeRules(header.spec)
        guard judge.rules == rules else { return "the judge's rules are not those of the spec" }
        guard rollout.isSound else { return "the rollout is in a state that cannot be" }
        guard judge.isSound(rules) else { return "the evidence does not fit together" }
        return nil
    }
}
