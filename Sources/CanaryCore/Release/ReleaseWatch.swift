/// Notices new releases of one canary while it has no run.
///
/// A revision that is ready in the slot without traffic, and was not tried before, begins a run. Slots alternate: after a promotion
/// the other one is idle. Nothing is begun on weights that no run of ours explains.
package struct ReleaseWatch: Sendable, Hashable {
    package var canary: CanaryKey
    /// What the spec's two destinations are called.
    package var stableLabel: String
    package var canaryLabel: String
    /// Whether it is an object of the cluster, through which an operator can ask for things. A file of a folder is none.
    package var isObject: Bool

    package init(canary: CanaryKey, stableLabel: String, canaryLabel: String, isObject: Bool = true) {
        self.canary = canary
        self.isObject = isObject
        self.stableLabel = stableLabel
        self.canaryLabel = canaryLabel
    }

    package init(_ spec: CanarySpec, isObject: Bool = true) {
        self.init(
            canary: CanaryKey(spec),
            stableLabel: spec.route.stable.label,
            canaryLabel: spec.route.canary.label,
            isObject: isObject
        )
    }

    /// Decides what to do now.
    ///
    /// The answer's texts change only when the situation does, so that it may be asked each round.
    ///
    /// - Parameters:
    ///   - population: the pods by the spec's names; nil if they are not known at the moment.
    ///   - weights: the route's weights as found, by the spec's names; nil if it cannot be read.
    package func decide(
        population: Population?,
        weights: RouteWeights?,
        memory: ReleaseMemory
    ) -> ReleaseDecision {
        guard let weights else {
            return .blocked(Reason("route-unknown", "the route's weights are not known at the moment"))
        }
        guard weights.stable >= 0, weights.canary >= 0, weights.sum > 0 else {
            let text =
                "the route sends no traffic to either destination (weights \(words(weights))): give one of them weight"
            return .blocked(Reason("no-weight", text))
        }
        guard let population else {
            return .blocked(
                Reason("pods-unknown", "the pods of \(stableLabel) and \(canaryLabel) are not known at the moment")
            )
        }
        let roles = memory.roles(at: weights)
        if let adoption = adopt(population, roles, memory) { return adoption }
        guard memory.isExplained(weights) else {
            let goOn = isObject ? ", or go on from there with `\(canary.command("retry"))`" : ""
            return .blocked(
                Reason(
                    "unexplained-weights",
                    "both destinations carry traffic (weights \(words(weights))) and no run of ours explains it: set one of the "
                        + "two weights to 0\(goOn)"
                )
            )
        }
        return judge(population, roles, memory)
    }

    // MARK: Steps

    /// Takes as known what is seen for the first time, and what was deployed in place under the traffic.
    private func adopt(_ population: Population, _ roles: Roles, _ memory: ReleaseMemory) -> ReleaseDecision? {
        var after = memory
        guard memory.stableSlot != nil, memory.canarySlot != nil else {
            for slot in [ReleaseMemory.Slot.stable, .canary] where memory[slot] == nil {
                after[slot] = population.side(slot).hashes
            }
            let idle = population.side(.idle(roles))
            let text =
                idle.hashes.isEmpty
                ? "seen for the first time: \(label(.serving(roles))) carries the traffic, \(label(.idle(roles))) has no pods; "
                    + "what is deployed there next is tried"
                : "seen for the first time: what is in both slots is taken as known; "
                    + "\(label(.idle(roles))) (\(list(idle.hashes))) is tried by \(again(idle, population.namespace))"
            return .adopt(after, Reason("first-sight", text))
        }
        let serving = ReleaseMemory.Slot.serving(roles)
        let found = population.side(serving)
        guard !found.hashes.isEmpty, let known = memory[serving] else { return nil }
        let added = found.hashes.filter { !known.contains($0) }
        guard !added.isEmpty || found.hashes.count < known.count else { return nil }
        after.note(found.hashes, in: serving)
        guard !added.isEmpty, !known.isEmpty else {
            return .adopt(after, Reason("stable-settled", "\(label(serving)) runs \(list(found.hashes)) alone now"))
        }
        let text =
            "\(label(serving)) was deployed in place (\(list(added)) beside or in place of \(list(known))) while it carries the "
            + "traffic: nothing compared it with what was there before"
        return .adopt(after, Reason("deployed-in-place", text))
    }

    /// Weighs what is in the idle slot.
    private func judge(_ population: Population, _ roles: Roles, _ memory: ReleaseMemory) -> ReleaseDecision {
        let slot = ReleaseMemory.Slot.idle(roles)
        let idle = population.side(slot)
        let serving = population.side(.serving(roles))
        let name = label(slot)
        guard idle.total > 0 || !idle.hashes.isEmpty else {
            let text =
                "\(label(.serving(roles))) carries the traffic; \(name) has no pods: what is deployed there next is tried"
            return .idle(Reason("slot-empty", text))
        }
        guard !idle.hashes.isEmpty else {
            let text =
                "the pods of \(name) carry no pod-template-hash, so that a new release cannot be told from the present one: "
                + "run them by a Deployment"
            return .blocked(Reason("no-revision", text))
        }
        guard memory.isNews(population, roles: roles) else {
            return .idle(settled(idle, slot, memory, population.namespace))
        }
        if idle.hashes.count > 1 {
            let text =
                "\(name) is being rolled out (\(list(idle.hashes))): \(progress(idle)). \(look(idle, population))"
            return .waiting(Reason("rolling-out", text))
        }
        if idle.ready < idle.total || idle.total == 0 {
            let text = "\(name) (\(list(idle.hashes))) is not ready: \(progress(idle)). \(look(idle, population))"
            return .waiting(Reason("not-ready", text))
        }
        if serving.hashes.count > 1 {
            let text =
                "\(name) (\(list(idle.hashes))) is ready; it is tried when the rollout of \(label(.serving(roles))) "
                + "(\(list(serving.hashes))) has ended. \(look(serving, population))"
            return .waiting(Reason("stable-rolling-out", text))
        }
        if serving.ready == 0 {
            let text =
                "\(name) (\(list(idle.hashes))) is ready, but \(population.unready(serving, label(.serving(roles))))"
            return .waiting(Reason("stable-not-ready", text))
        }
        guard Set(idle.hashes) != Set(serving.hashes) else {
            let text = "both slots run the revision \(list(idle.hashes)): their pods are not told apart"
            return .blocked(Reason("same-revision", text))
        }
        return .begin(roles, Rollout.Release(population, roles: roles))
    }

    /// Why what is in the idle slot is not tried.
    private func settled(_ idle: Population.Side, _ slot: ReleaseMemory.Slot, _ memory: ReleaseMemory, _ place: String)
        -> Reason
    {
        let what = "\(label(slot)) (\(list(idle.hashes)))"
        let last = memory.last.flatMap { last in
            last.roles == (slot == .canary ? .asNamed : .exchanged)
                && Set(last.release?.canary ?? []).isSuperset(of: idle.hashes) ? last : nil
        }
        if let last {
            let retry = "it is not tried again without \(again(idle, place))"
            switch last.outcome {
            case .promoted:
                return Reason("promoted", "\(what) was promoted (\(last.id)); the next release is waited for")
            case .rolledBack, .held, .stopped, .refused, .judged:
                let text =
                    "\(what) was \(last.outcome.words) (\(last.id): \(last.outcome.reason.text)); \(retry)"
                return Reason("tried", text)
            }
        }
        if (memory.tried ?? []).contains(where: idle.hashes.contains) {
            return Reason(
                "tried",
                "\(what) was tried before and not promoted; it is not tried again without \(again(idle, place))"
            )
        }
        if let last = memory.last, case .promoted = last.outcome {
            let text =
                "\(label(slot == .canary ? .stable : .canary)) carries the traffic since \(last.id); \(what) is what it "
                + "replaced. What is deployed there next is tried"
            return Reason("promoted", text)
        }
        let text = "\(what) was there before, and is not news; it is tried by \(again(idle, place))"
        return Reason("known", text)
    }

    // MARK: Words

    private func label(_ slot: ReleaseMemory.Slot) -> String { slot == .stable ? stableLabel : canaryLabel }

    private func words(_ weights: RouteWeights) -> String {
        "\(stableLabel) \(weights.stable), \(canaryLabel) \(weights.canary)"
    }

    /// What makes the pods of a slot news again. Nobody can ask it of a file: there another revision of the same is.
    private func again(_ idle: Population.Side, _ place: String) -> String {
        if isObject { return "`\(canary.command("retry"))`" }
        let restartable = ["deployment/", "statefulset/", "daemonset/"]
        guard let workload = idle.workload, restartable.contains(where: workload.hasPrefix) else {
            return "a new revision of it, which any change of its pods' template makes"
        }
        return "`kubectl -n \(place) rollout restart \(workload)`, which makes a new revision of it"
    }

    private func progress(_ side: Population.Side) -> String {
        "\(side.ready) of \(side.total) \(side.total == 1 ? "pod is" : "pods are") ready"
    }

    private func look(_ side: Population.Side, _ population: Population) -> String {
        "See kubectl -n \(population.namespace) "
            + (side.workload.map { "rollout status \($0)" } ?? "get pods")
    }

    /// Hashes come from the cluster, and may be many.
    private func list(_ hashes: [String]) -> String {
        let shown = hashes.prefix(4).map { String($0.prefix(63)) }.joined(separator: ", ")
        return hashes.count > 4 ? "\(shown) and \(hashes.count - 4) more" : shown
    }
}
