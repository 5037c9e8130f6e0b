package import CanaryCore

/// What the agent has to do about an operator's request.
package enum RequestEffect: Sendable, Hashable {
    /// Give it to the run's inbox, and answer with what the run answers.
    case command(Rollout.OperatorCommand)
    /// Let the run take its next step past the closed gate, once.
    case passGate(Reason)
    /// Begin the run that waits, past the closed gate.
    case begin(Roles, Rollout.Release)
    /// Begin a run for the weights that were left between the slots, and roll it back at once.
    case rollBackLeft(Roles, Rollout.Release, Rollout.OperatorCommand)
    /// Keep this memory: what is in the idle slot is news again.
    case retry(ReleaseMemory)
    case refuse(String)

    /// What is going on when the request is read.
    package enum Situation: Sendable {
        /// A run of this process, since when; `gate` is what keeps it from stepping up.
        case run(Rollout, id: String, gate: Reason?, since: Timestamp? = nil)
        /// A run that somebody else holds.
        case elsewhere(holder: String)
        /// No run; `since` is when the release that waits to begin was found.
        case between(ReleaseDecision, gate: Reason?, since: Timestamp? = nil)
        case invalid(Reason)
    }

    /// Decides what a request does.
    ///
    /// `promote` alone lifts what is no evidence and nobody's order: a pause, a closed window, the limit of concurrent runs. Past
    /// anything else (what is not proved, a freeze, engaged brakes, a stable version in trouble) goes only `promote --force`.
    ///
    /// - Parameters:
    ///   - population: the pods by the spec's names; nil if they are not known.
    ///   - weights: as found, by the spec's names; nil if the route cannot be read.
    package static func of(
        _ request: CanaryRequest,
        on canary: CanaryKey,
        in situation: Situation,
        memory: ReleaseMemory,
        population: Population?,
        weights: RouteWeights?
    ) -> RequestEffect {
        switch situation {
        case .invalid(let reason):
            return .refuse("the spec cannot be used: \(reason.text)")
        case .elsewhere(let holder):
            guard !holder.isEmpty else {
                return .refuse("the run was given back and nobody goes on with it yet; ask again in a moment")
            }
            return .refuse(
                "the run is done by \(PlainLine.of(holder, limit: 253)), not by the agent: use the verb there, where `haldane run` runs"
            )
        case .run(let rollout, let id, let gate, let since):
            if let since, request.isOlder(than: since) {
                let look = "haldane status \(canary.name) -n \(canary.namespace)"
                return .refuse(
                    request.lateness(
                        "the run that goes on now began",
                        at: since,
                        again: "Look at it with `\(look)`, and ask again if it is meant for this run"
                    )
                )
            }
            if request.force, request.target != id {
                return .refuse(stray(request, on: canary, now: "\(PlainLine.of(id, limit: 253)) goes on"))
            }
            return inRun(request, canary, rollout, gate)
        case .between(let decision, let gate, let since):
            if request.verb == .promote, case .begin(_, let release) = decision,
                let since, request.isOlder(than: since)
            {
                let name = PlainLine.of(release.canary.joined(separator: ", "), limit: 253)
                return .refuse(
                    request.lateness(
                        "the release that waits now (\(name)) was found",
                        at: since,
                        again: "Ask again if it is meant for that one"
                    )
                )
            }
            if request.force, case .begin(_, let release) = decision {
                let revision = CanaryStatus.revision(release.canary)
                if request.target == nil || request.target != revision {
                    return .refuse(
                        stray(request, on: canary, now: "no run goes on, and \(revision ?? "no revision") waits")
                    )
                }
            }
            return between(request, canary, decision, gate, memory, population, weights)
        }
    }

    /// Nothing is promoted past its evidence that whoever asked for it has not seen.
    private static func stray(_ request: CanaryRequest, on canary: CanaryKey, now: String) -> String {
        let meant = request.target.map { "is about \(PlainLine.of($0, limit: 253))" } ?? "does not say what it is about"
        return "the forced promotion \(meant), but \(now); look at it with "
            + "`haldane status \(canary.name) -n \(canary.namespace)`, and ask again if it is meant for that"
    }

    private static func pastThat(_ canary: CanaryKey) -> String {
        "Past that goes only `\(canary.command("promote --force"))`, a permission of its own"
    }

    /// Whether plain `promote` goes past a closed gate.
    static func yields(_ gate: Reason) -> Bool { ["window", "max-concurrent"].contains(gate.label) }

    private static func inRun(
        _ request: CanaryRequest,
        _ canary: CanaryKey,
        _ rollout: Rollout,
        _ gate: Reason?
    ) -> RequestEffect {
        guard let command = request.command else {
            return .refuse("a run is going on; there is nothing to retry before it has ended")
        }
        guard request.verb == .promote, !request.force else { return .command(command) }
        if rollout.pause != nil {
            return .command(Rollout.OperatorCommand(.resume, reason: request.reason, by: request.by))
        }
        if let gate = gate ?? rollout.gate?.reason {
            guard yields(gate) else {
                return .refuse("\(gate.text). \(pastThat(canary))")
            }
            return .passGate(gate)
        }
        return .refuse(
            "nothing but evidence is missing: the run steps up by itself when it is proved not to be worse. "
                + pastThat(canary)
        )
    }

    private static func between(
        _ request: CanaryRequest,
        _ canary: CanaryKey,
        _ decision: ReleaseDecision,
        _ gate: Reason?,
        _ memory: ReleaseMemory,
        _ population: Population?,
        _ weights: RouteWeights?
    ) -> RequestEffect {
        switch request.verb {
        case .retry:
            switch memory.forgetting(population: population, weights: weights) {
            case .again(let memory): return .retry(memory)
            case .refused(let reason): return .refuse(reason.text)
            }
        case .pause:
            let freeze = "haldane freeze -n \(canary.namespace) --reason WHY"
            return .refuse(
                "no run is going on: there is nothing to pause. To keep releases from beginning: `\(freeze)`"
            )
        case .resume:
            return .refuse("no run is going on: there is nothing to resume")
        case .promote:
            guard case .begin(let roles, let release) = decision else {
                let why = decision.reason?.text ?? "nothing waits"
                return .refuse("no run is going on and none waits to begin: \(why)")
            }
            guard let gate else { return .refuse("its run is about to begin; ask again in a moment") }
            guard request.force || yields(gate) else {
                return .refuse("\(gate.text). \(pastThat(canary))")
            }
            return .begin(roles, release)
        case .rollback:
            guard let population, let weights, let command = request.command else {
                return .refuse("the pods or the route are not known at the moment; ask again when they are")
            }
            guard weights.stable > 0, weights.canary > 0 else {
                return .refuse(
                    "no run is going on and one version carries everything: there is nothing to roll back. To release what is in "
                        + "the other slot, step by step: `\(canary.command("retry"))`, and "
                        + "`\(canary.command("promote --force"))` to hurry it"
                )
            }
            let roles = memory.roles(at: weights)
            return .rollBackLeft(roles, Rollout.Release(population, roles: roles), command)
        }
    }
}

extension CanaryRequest {
    /// Whether it was asked before something came to be; times of requests are in whole seconds, those that are cut off included.
    func isOlder(than moment: Timestamp) -> Bool { at.advanced(by: .seconds(1)) <= moment }

    /// The answer of a run's process as that of the request.
    package func answer(_ answer: CommandAnswer, of canary: CanaryKey, at now: Timestamp) -> CanaryStatus.RequestAnswer
    {
        let result: CanaryStatus.RequestAnswer.Result
        switch answer.result {
        case .accepted: result = .accepted
        case .pending: result = .pending
        case .refused: result = .refused
        }
        // The run does not know that it is asked through a cluster.
        let message = answer.message.replacing("`haldane resume`", with: "`\(canary.command("resume"))`")
        // Without force a promotion reaches a run only to end its pause.
        guard verb == .promote, !force, result != .refused else { return self.answer(result, message, at: now) }
        let words =
            "\(message); that ends the pause and takes no step: the run steps up when it is proved not to be worse, "
            + "`\(canary.command("promote --force"))` takes the step now"
        return self.answer(result, words, at: now)
    }
}
