import CanaryCore
import CanaryJournal
import CanaryKubernetes

/// Runs that this folder's journal does not tell alone: what the cluster's record says about them, and those of somebody else.
extension RunSession {
    /// How the journal of a run ends here that goes on elsewhere.
    private static let takenOver = "taken-over"

    /// Whether the journal's run is about routes that this server does not have.
    ///
    /// An API server that has another address since is known by its record: that tells of the run. A person, who may have named the
    /// wrong cluster, is refused.
    func isOfAnotherCluster(_ resumed: UnfinishedRun, _ scene: Scene) throws -> Bool {
        guard resumed.header.cluster != scene.ground.server else { return false }
        if let record = scene.custody?.record, [record.run?.id, record.memory.last?.id].contains(resumed.header.run) {
            return false
        }
        guard scene.custody != nil, options.isUnattended else {
            try resumed.header.requireSameCluster(as: scene.ground.server)
            return false
        }
        return true
    }

    /// Ends the journal of a run that this cluster has never heard of; whoever looks after the other cluster goes on with it there.
    func closeForeign(_ resumed: UnfinishedRun, _ scene: Scene) async throws {
        let place = resumed.header.cluster ?? "a route in a file"
        let text = "left: it is about \(place), and \(scene.ground.server ?? "a route in a file") knows nothing of it"
        try await close(resumed, Reason("other-cluster", text))
    }

    /// Whether the unfinished run of the journal is still this folder's to go on with; if it is not, its journal is closed.
    func isStillHere(_ resumed: UnfinishedRun, _ scene: Scene) async throws -> Bool {
        guard let custody = scene.custody else { return true }
        let record = custody.record
        guard let run = record.run else {
            // A record that never heard of the run is younger than it.
            guard let last = record.memory.last, last.id == resumed.header.run else { return true }
            let by = custody.lastHolder.map { " by \($0.prefix(253))" } ?? ""
            let text = "taken over\(by), and ended there: \(last.outcome.words)"
            try await close(resumed, Reason(Self.takenOver, text))
            guard !options.isUnattended else { return false }
            throw AgentError(
                "the unfinished run \(resumed.header.run) was \(text): \(last.outcome.reason.text)",
                hint: "its journal here is closed now; 'haldane run' begins anew"
            )
        }
        let isOwn = custody.lastHolder.map { scene.identity.authors.contains($0) } ?? true
        // Its evidence is no use to this program; `requireSameCanary` says so to a person, who has asked for it.
        let isUsable = options.takeover == nil || EngineVersion.mayContinue(resumed.header)
        if run.id == resumed.header.run, isOwn, isUsable,
            resumed.state.adoption(of: run, found: resumed.state.rollout.route?.weights) == .asStored
        {
            return true
        }
        try await close(resumed, Reason(Self.takenOver, "somebody else has gone on with it, as the run \(run.id)"))
        return false
    }

    /// Says in the cluster that the run of the journal goes on.
    func goOn(_ resumed: UnfinishedRun, _ scene: Scene) async throws {
        guard let custody = scene.custody else { return }
        let header = resumed.header
        let found = resumed.state.rollout.route?.weights
        let fresh = RolloutRecord.Run(
            header: header,
            baseline: header.baseline ?? found ?? RouteWeights(stable: 100, canary: 0)
        )
        let run = custody.record.run.flatMap { $0.id == header.run ? $0 : nil } ?? fresh
        try await custody.begin(run, header, as: .again)
    }

    /// What becomes of a run that the record calls the present one, and that is not the journal's: nil if a new one may begin.
    func settle(_ run: RolloutRecord.Run, _ custody: ClusterCustody, _ scene: Scene) async throws -> Plan? {
        if let own = try? RunFolder(path: scene.directory.path).recorded(), own.snapshot.header.run == run.id,
            let outcome = own.outcome, outcome.reason.label != Self.takenOver
        {
            // It ended here, and that could not be told any more.
            let snapshot = own.snapshot
            custody.remember { record in
                record.run = nil
                record.memory = record.memory.noting(
                    outcome,
                    header: snapshot.header,
                    release: snapshot.rollout.release,
                    left: snapshot.rollout.route?.weights,
                    at: snapshot.at
                )
            }
            return nil
        }
        guard options.startsNew else {
            let lease = Lease(
                holder: custody.lastHolder ?? "",
                acquired: nil,
                renewed: nil,
                duration: .zero,
                transitions: 0,
                resourceVersion: ""
            )
            let takeover = Takeover(Orphan(key: custody.key, lease: lease, run: run, cause: .released))
            if let reason = try await emptyHanded(takeover, custody, scene) {
                custody.remember { $0.run = nil }
                inbox.send(.notice(Notice(.info, reason)))
                return nil
            }
            return try await takeOver(takeover, scene)
        }
        guard run.intent?.purpose != .rollback else {
            throw AgentError(
                "the unfinished run \(run.id) of somebody else had begun to roll back",
                hint: "go on with it by leaving out --new"
            )
        }
        let found = try await scene.ground.store(scene.ground.spec, .asNamed).read()
        guard Roles(found: found.weights) == run.roles else {
            throw AgentError(
                "the unfinished run \(run.id) of somebody else has given its canary most of the traffic and has not proved it; a new run "
                    + "would take it for stable",
                hint: "go on with it by leaving out --new, or set the weights back by hand first"
            )
        }
        custody.remember { $0.run = nil }
        return nil
    }

    /// The run of a process that is gone, where its record cannot be read and yet enough is certain; nil if there is none, or a new
    /// one was asked for.
    func lostRun(_ custody: ClusterCustody) async -> Takeover? {
        guard let lease = custody.lost, custody.record.run == nil, !options.startsNew else { return nil }
        var traces = LostRun.Traces(lease: lease)
        traces.kept = try? await custody.kept()
        guard case .found(let lost) = LostRun.find(traces), lost.canary == custody.key.name else { return nil }
        return Takeover(lost.orphan(OrphanWatch.Unreadable(lease: lease, cause: .silent(lease.duration))))
    }

    /// Goes on with the run of somebody else, with its evidence or without.
    func takeOver(_ takeover: Takeover, _ scene: Scene) async throws -> Plan {
        let lost = takeover.orphan.lost == nil ? nil : takeover.orphan.run
        guard let custody = scene.custody, let run = custody.record.run ?? lost else {
            throw AgentError("there is nothing to take over: no run of \(CanaryKey(scene.ground.spec)) is unfinished")
        }
        let ground = scene.ground
        let (spec, roles) = (ground.spec, run.roles)
        if let lost = takeover.orphan.lost { try run.requireSameDestinations(as: spec, lost) }
        let found = try await ground.store(spec, roles).read()
        let now = await clock.now()
        let taken = TakenRun(
            TakenRun.Ground(
                run: run,
                evidence: await evidence(takeover, run, custody, ground),
                spec: spec,
                found: found,
                id: name(for: run, after: scene.runs.last?.runID, at: now),
                version: options.version,
                cluster: ground.server,
                isUnattended: options.isUnattended,
                cause: takeover.orphan.words,
                identity: scene.identity.name,
                removal: takeover.removal,
                asked: takeover.asked
            ),
            at: now
        )
        var present = run
        present.id = taken.header.run
        present.program = options.version
        try await custody.begin(present, taken.header, as: .again)
        let codec = JournalCodec()
        let writer = try scene.directory.create(runID: taken.header.run, header: try codec.encode(taken.header))
        let restored = JournalEvent.restored(state: taken.state, reason: taken.reason)
        try await writer.append(try codec.encode(.event(restored, at: now)))
        try await writer.flush()
        if let command = taken.command { inbox.send(.command(command)) }
        return Plan(
            header: taken.header,
            state: taken.state,
            writer: writer,
            resumption: taken.reason,
            recalled: [],
            notices: taken.notices
        )
    }

    /// Why a run is not worth being gone on with: nothing was changed for it, and nothing of what it knew can be used. Nil if there is
    /// something to go on with, or to take back.
    private func emptyHanded(
        _ takeover: Takeover,
        _ custody: ClusterCustody,
        _ scene: Scene
    ) async throws -> Reason? {
        let run = takeover.orphan.run
        guard run.isUntouched,
            case .none(let why) = await evidence(takeover, run, custody, scene.ground),
            try await scene.ground.store(scene.ground.spec, run.roles).read().weights.isSame(as: run.baseline)
        else { return nil }
        let text =
            "the run \(run.id) of somebody else had not changed anything yet and cannot be gone on with (\(why.text)): a new one begins"
        return Reason("begun-anew", text)
    }

    private func evidence(
        _ takeover: Takeover,
        _ run: RolloutRecord.Run,
        _ custody: ClusterCustody,
        _ ground: RunGround
    ) async -> Takeover.Evidence {
        if let lost = takeover.orphan.lost { return .none(lost) }
        if let blindness = takeover.blindness ?? ground.foreignPods { return .none(blindness) }
        let content: SnapshotObject.Content?
        do throws(KubernetesError) {
            content = try await custody.kept()
        } catch {
            return .none(Reason("no-snapshot", "what was kept cannot be read: \(error.message)"))
        }
        let evidence = Takeover.evidence(of: run, content)
        guard case .snapshot(let snapshot) = evidence else { return evidence }
        let kept = snapshot.header.spec
        guard kept.route.inCluster == ground.spec.route.inCluster, kept.telemetry == ground.spec.telemetry else {
            return .none(Reason("other-spec", "the spec has another route or other telemetry since"))
        }
        // What was kept is anybody's to write who may write ConfigMaps there: where to write, ask and tell is our own spec's.
        var believed = snapshot
        believed.header.spec.name = ground.spec.name
        believed.header.spec.namespace = ground.spec.namespace
        believed.header.spec.route = ground.spec.route
        believed.header.spec.notify = ground.spec.notify
        return .snapshot(believed)
    }

    /// The run's own name, unless this folder has a later one already.
    private func name(for run: RolloutRecord.Run, after last: String?, at now: Timestamp) -> String {
        let isFree = last.map { run.id > $0 } ?? true
        return isFree && JournalFile.isValid(runID: run.id) ? run.id : RunID.make(at: now, after: last)
    }

    private func close(_ resumed: UnfinishedRun, _ reason: Reason) async throws {
        try await resumed.writer.append(
            try JournalCodec().encode(.event(.finished(.stopped(reason)), at: await clock.now()))
        )
        try await resumed.writer.flush()
        try await resumed.writer.close()
    }
}

extension RolloutRecord.Run {
    /// Refuses a spec by which another version would be stable than the one that a lost run had.
    fileprivate func requireSameDestinations(as spec: CanarySpec, _ lost: Reason) throws(AgentError) {
        func isSame(_ one: DestinationSpec, _ other: DestinationSpec) -> Bool {
            one.host == other.host && one.subset == other.subset
        }
        let other = spec.route
        guard route.isSameRule(as: other), isSame(route.stable, other.stable), isSame(route.canary, other.canary) else {
            throw AgentError(
                "the run \(id) of \(CanaryKey(spec)) is not taken over: \(lost.text), and the spec names another rule or other "
                    + "destinations since",
                hint: "set the weights as they should be, then delete the Lease of the canary"
            )
        }
    }
}
