package import CanaryCore

/// How a run of somebody else goes on here: the header and the state that its new journal begins with.
package struct TakenRun: Sendable {
    package var header: RunHeader
    package var state: RunState
    /// Why, and with what.
    package var reason: Reason
    /// Asked of the run at once.
    package var command: Rollout.OperatorCommand?
    package var notices: [Notice]

    /// What is known when a lease has been taken.
    package struct Ground: Sendable {
        package var run: RolloutRecord.Run
        package var evidence: Takeover.Evidence
        /// The spec with which nothing was kept.
        package var spec: CanarySpec
        /// By the run's roles.
        package var found: RouteSnapshot
        /// The name of the new journal.
        package var id: String
        package var version: String
        package var cluster: String?
        package var isUnattended: Bool
        /// Why it is taken over.
        package var cause: String
        package var identity: String
        /// Why it is rolled back whatever is known of it; nil if it goes on.
        package var removal: String?
        /// An operator's rollback that waits for whoever takes the run over, and is given to it when it begins.
        package var asked: CanaryRequest?

        package init(
            run: RolloutRecord.Run,
            evidence: Takeover.Evidence,
            spec: CanarySpec,
            found: RouteSnapshot,
            id: String,
            version: String,
            cluster: String? = nil,
            isUnattended: Bool = false,
            cause: String,
            identity: String,
            removal: String? = nil,
            asked: CanaryRequest? = nil
        ) {
            self.run = run
            self.evidence = evidence
            self.spec = spec
            self.found = found
            self.id = id
            self.version = version
            self.cluster = cluster
            self.isUnattended = isUnattended
            self.cause = cause
            self.identity = identity
            self.removal = removal
            self.asked = asked
        }
    }

    /// Decides what becomes of it.
    package init(_ ground: Ground, at now: Timestamp) {
        switch ground.evidence {
        case .snapshot(let snapshot): self.init(ground, snapshot, at: now)
        case .none(let why): self.init(ground, without: why, at: now)
        }
    }

    private init(_ ground: Ground, _ snapshot: EngineSnapshot, at now: Timestamp) {
        var header = snapshot.header
        header.run = ground.id
        header.version = ground.version
        header.cluster = ground.cluster
        header.isUnattended = ground.isUnattended ? true : nil
        let adoption = snapshot.state.adoption(of: ground.run, found: ground.found.weights)
        let state = snapshot.state.takenOver(
            adoption,
            storedAt: snapshot.at,
            at: now,
            isUnattended: header.isUnattended ?? false
        )
        let evidence = "its evidence of \(Phrase.count(state.ledger.windows)) windows is kept"
        let text =
            ground.removal.map { "the run \(ground.run.id) is taken over only to be rolled back: \($0); \(evidence)" }
            ?? "the run \(ground.run.id) is gone on with, because \(ground.cause); \(evidence)"
        let reason = Reason("taken-over", text)
        var command: Rollout.OperatorCommand?
        if let removal = ground.removal {
            command = .rollback(because: removal)
        } else if adoption == .rollback {
            let why = "it goes on with the rollback of a run that had begun one: \(ground.cause)"
            command = Rollout.OperatorCommand(.rollback, reason: why, by: ground.identity, isAutomatic: true)
        } else if adoption == .foundBack {
            let why =
                "the weights were those from before the run already: its process rolled back before it could say so, or somebody else did"
            command = Rollout.OperatorCommand(.rollback, reason: why, by: ground.identity, isAutomatic: true)
        }
        self.init(header: header, state: state, reason: reason, command: command, notices: [Notice(.info, reason)])
    }

    private init(_ ground: Ground, without why: Reason, at now: Timestamp) {
        let run = ground.run
        var header = RunHeader(
            version: ground.version,
            run: ground.id,
            startedAt: min(run.startedAt, now),
            spec: ground.spec,
            roles: run.roles,
            place: ground.found.place,
            cluster: ground.cluster,
            by: run.by,
            isUnattended: ground.isUnattended ? true : nil,
            release: run.release,
            images: run.images,
            baseline: run.baseline
        )
        header.spec.guards.onOrphan = run.onOrphan
        let found = ground.found.weights.canaryPercent
        func isFound(_ percent: Double) -> Bool { (percent - found).magnitude < 1e-6 }
        let head = "the run \(run.id) cannot be gone on with: \(ground.cause), and \(why.text)"
        var state = RunState(header: header)
        let rules = state.rollout.rules
        func ended(_ outcome: Outcome) {
            state.rollout = .abandoned(rules, found: ground.found, outcome: outcome, at: now)
        }

        if run.isUntouched, ground.found.weights.isSame(as: run.baseline) {
            let reason = Reason(RolloutRecord.untouchedLabel, "\(head); it had not changed anything yet")
            ended(.stopped(reason))
            self.init(header: header, state: state, reason: reason, command: nil, notices: [Notice(.warning, reason)])
            return
        }
        state.ledger.lose(upTo: max(run.highestPercent ?? 0, run.percent, found))
        let isOurs =
            found <= 0 || isFound(run.percent) || isFound(run.baseline.canaryPercent)
            || run.intent.map { isFound($0.canaryPercent) } ?? false
        guard isOurs, run.onOrphan == .rollback || ground.removal != nil || ground.asked != nil else {
            let end =
                isOurs
                ? "as guards.onOrphan says, the canary stays at \(Phrase.weight(found))"
                : "somebody else set the canary to \(Phrase.weight(found)), where \(Phrase.weight(run.percent)) was written; it stays there"
            let reason = Reason("orphaned", "\(head); \(end)")
            ended(.held(.orphaned, reason))
            self.init(header: header, state: state, reason: reason, command: nil, notices: [Notice(.page, reason)])
            return
        }
        state.rollout = .orphaned(rules, found: ground.found, at: now)
        let asked = ground.asked.map { "because \($0.by) asked for it" }
        let end = ground.removal.map { "because \($0)" } ?? asked ?? "as guards.onOrphan says"
        let reason = Reason("orphaned", "\(head); it is rolled back, \(end)")
        let cause =
            ground.removal
            ?? "it took the run over and goes back to stable as guards.onOrphan says: \(ground.cause), and \(why.text)"
        let command = Rollout.OperatorCommand(.rollback, reason: cause, by: ground.identity, isAutomatic: true)
        // Who asked for it, and why, is told by the command that comes from there.
        let isAsked = ground.asked != nil && ground.removal == nil
        self.init(
            header: header,
            state: state,
            reason: reason,
            command: isAsked ? nil : command,
            notices: [Notice(.warning, reason)]
        )
    }

    private init(
        header: RunHeader,
        state: RunState,
        reason: Reason,
        command: Rollout.OperatorCommand?,
        notices: [Notice]
    ) {
        self.header = header
        self.state = state
        self.reason = reason
        self.command = command
        self.notices = notices
    }
}

extension RolloutRecord.Run {
    /// Whether no weight was written for it, nor was about to be, as far as it told.
    var isUntouched: Bool { intent == nil && (percent - baseline.canaryPercent).magnitude < 1e-6 }
}

extension RouteWeights {
    func isSame(as other: RouteWeights) -> Bool { (canaryPercent - other.canaryPercent).magnitude < 1e-6 }
}

extension RolloutRecord {
    /// The reason of a run that was given up before it changed anything: its release is as new as before.
    static let untouchedLabel = "orphaned-untouched"
}
