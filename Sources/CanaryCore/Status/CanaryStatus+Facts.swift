extension CanaryStatus {
    /// The status of a canary as it is now.
    ///
    /// It changes only when something happened that is worth a write: no clock and no counts are in it.
    ///
    /// - Parameter previous: the status as it was written last, whose times go on where nothing changed.
    package init(_ facts: CanaryFacts, previous: CanaryStatus?, at now: Timestamp) {
        let summary = Summary(facts)
        self.init(
            observedGeneration: facts.generation,
            phase: summary.phase,
            message: PlainLine.of(summary.message, limit: 1000)
        )
        conditions = StatusCondition.Kind.allCases.map { kind in
            let value = summary.value(of: kind)
            let before = previous?.condition(kind)
            return StatusCondition(
                kind,
                value,
                reason: StatusCondition.word(summary.label),
                message: message,
                since: before?.value == value ? before?.since ?? now : now,
                observedGeneration: facts.generation
            )
        }
        let roles = facts.roles
        let weights = facts.weights.map { roles == .asNamed ? $0 : $0.swapped }
        let population = facts.population.map { roles == .asNamed ? $0 : $0.swapped }
        let names = facts.names
        stable = Side(names.stable, weights?.stable, population?.stable)
        canary = Side(names.canary, weights?.canary, population?.canary)
        switch facts.activity {
        case .run(let header, let rollout, let ledger):
            run = Run(id: header.run, startedAt: header.startedAt, by: header.by)
            step = rollout.presentStep.map { state in
                Step(
                    number: state.step + 1,
                    of: rollout.rules.steps.count,
                    percent: state.percent,
                    since: state.appliedAt,
                    verdict: ledger.steps.last?.verdict
                )
            }
        case .elsewhere(let other, let holder):
            run = Run(id: other.id, startedAt: other.startedAt, by: other.by, holder: PlainLine.of(holder, limit: 253))
        case .between, .invalid:
            break
        }
        gate = facts.gate
        if case .between(.begin) = facts.activity { waitingSince = previous?.waitingSince ?? now }
        lastRun = facts.memory.last.map(LastRun.init)
        request = facts.request ?? previous?.request
    }
}

extension CanaryStatus.Side {
    fileprivate init(_ name: String, _ weight: Int?, _ side: Population.Side?) {
        self.init(
            name: name,
            revision: side.flatMap { CanaryStatus.revision($0.hashes) },
            image: side?.image.map { PlainLine.of($0, limit: 120) },
            weight: weight,
            ready: side?.ready,
            pods: side?.total
        )
    }
}

extension CanaryStatus {
    /// Hashes as one word; nil if there are none.
    package static func revision(_ hashes: [String]?) -> String? {
        guard let hashes, !hashes.isEmpty else { return nil }
        return hashes.prefix(4).map { PlainLine.of($0, limit: 63) }.joined(separator: ",")
    }
}

extension CanaryStatus.LastRun {
    fileprivate init(_ run: ReleaseMemory.LastRun) {
        self.init(
            id: run.id,
            outcome: run.outcome.qualifiedWord,
            label: run.outcome.reason.label,
            reason: PlainLine.of(run.outcome.text, limit: 1000),
            startedAt: run.startedAt,
            finishedAt: run.endedAt,
            by: run.by,
            stableRevision: CanaryStatus.revision(run.release?.stable),
            canaryRevision: CanaryStatus.revision(run.release?.canary),
            images: run.images
        )
    }
}

extension CanaryFacts {
    /// The destinations by role.
    var names: (stable: String, canary: String) {
        roles == .asNamed ? (stableLabel, canaryLabel) : (canaryLabel, stableLabel)
    }
}

extension Rollout {
    /// The weight in force, also while another one is being written.
    var presentStep: StepState? {
        switch phase {
        case .analyzing(let state), .baking(let state): state
        case .stepping: current
        case .starting, .watching, .rollingBack, .emptying, .finished: nil
        }
    }
}
