import CanaryCore
import CanaryKubernetes
import CanaryReport
import CanaryYAML

/// What the agent tells: the status of the objects, events, and its own state.
extension AgentLoop {
    /// Works the status out and hands it to the writer, if it is another than before.
    mutating func tell(_ key: CanaryKey, _ activity: CanaryFacts.Activity, at now: Timestamp) {
        guard let entry = entries[key] else { return }
        let spec = entry.spec
        let facts = CanaryFacts(
            object: options.specs == nil ? key : nil,
            generation: entry.object.generation,
            stableLabel: spec?.route.stable.label ?? "stable",
            canaryLabel: spec?.route.canary.label ?? "canary",
            activity: activity,
            memory: entry.memory,
            population: entry.population,
            weights: entry.weights,
            gate: entry.gate,
            request: entry.request
        )
        var status = CanaryStatus(facts, previous: entry.status, at: now)
        if let since = entry.waitingSince, status.waitingSince != nil { status.waitingSince = since }
        if let run = runs[key], run.generation != entry.specRevision, case .run = activity {
            let words = "; the spec has changed since the run began, which applies to the next one"
            status.message = PlainLine.of(status.message + words, limit: 1000)
        }
        if case .failure(let invalid)? = entry.resolved?.result, case .run = activity {
            let words = "; it goes on with the spec that it began with: the Canary cannot be used as it is now, "
            status.message = PlainLine.of(status.message + words + invalid.reason.text, limit: 1000)
        }
        store(status, of: key)
    }

    /// Takes a status as the present one and hands it to the writer, if it is another than before.
    mutating func store(_ status: CanaryStatus, of key: CanaryKey) {
        guard let entry = entries[key] else { return }
        entries[key]?.status = status
        let json = status.json
        guard json != entry.statusJSON else { return }
        entries[key]?.statusJSON = json
        guard let statuses, !entry.object.uid.isEmpty, let patch = status.patch(from: entry.statusJSON) else { return }
        statuses.write(patch, of: key)
        noteChange(key, from: entry.status, to: status)
    }

    /// Writes statuses again that somebody else has overwritten; those that are being written may be written twice.
    mutating func mendStatuses() {
        guard let statuses else { return }
        for (key, entry) in entries where !entry.object.uid.isEmpty && isMine(key) {
            let stored = entry.object.json["status"] ?? .object([:])
            guard entry.statusJSON != stored, let patch = entry.status?.patch(from: stored) else { continue }
            statuses.write(patch, of: key)
        }
    }

    /// An Event of the object for a decision between runs; those of a run come from the run.
    private mutating func noteChange(_ key: CanaryKey, from old: CanaryStatus?, to new: CanaryStatus) {
        guard runs[key] == nil, let stalled = new.condition(.stalled), stalled.value == .yes,
            entries[key]?.told != stalled.reason
        else { return }
        entries[key]?.told = stalled.reason
        guard old?.condition(.stalled)?.reason != stalled.reason else { return }
        event(key, Reason(stalled.reason, new.message), isWarning: true)
    }

    mutating func tellRun(_ key: CanaryKey, at now: Timestamp) async {
        answerAsked(key, at: now)
        guard let progress = runs[key]?.progress else { return }
        // Which weights are in force is known best by the run.
        if let weights = progress.rollout.route?.weights {
            entries[key]?.weights = progress.header.roles == .asNamed ? weights : weights.swapped
        }
        entries[key]?.gate = progress.rollout.gate?.reason
        tell(key, .run(progress.header, progress.rollout, progress.ledger), at: now)
    }

    func event(_ key: CanaryKey, _ reason: Reason, isWarning: Bool) {
        ObjectEvents(cluster.events, of: entries[key]?.object)?.tell(reason, isWarning: isWarning)
    }

    /// Something about a whole scope, told once by the replica that looks after the scope.
    mutating func announce(_ notice: Notice, at now: Timestamp) {
        log.tell(
            "notice",
            nil,
            [("urgency", notice.urgency.rawValue), ("reason", notice.reason.label), ("message", notice.reason.text)]
        )
        let scope = CanaryKey(namespace: options.agentNamespace, name: notice.reason.label)
        guard members == nil || shards.isOwner(options.identity, of: scope) else { return }
        var audience: [NotifyTarget] = []
        for entry in entries.values {
            guard case .success(let canary)? = entry.resolved?.result else { continue }
            for target in canary.live.notify where !audience.contains(target) { audience.append(target) }
            if audience.count >= 16 { break }
        }
        announcements.send(notice, to: audience, from: options, at: now)
    }

    /// All canaries by name, sorted anew only after one came or went.
    private mutating func orderedKeys() -> [CanaryKey] {
        if let order, order.count == entries.count { return order }
        let sorted = entries.keys.sorted()
        order = sorted
        foreign = foreign.filter { entries[$0.key] != nil }
        ownership = ownership.filter { entries[$0.key] != nil }
        return sorted
    }

    /// As `isMine`, worked out once for the members of now.
    private mutating func isOwned(_ key: CanaryKey) -> Bool {
        guard members != nil else { return true }
        guard standing.isMember else { return false }
        if let known = ownership[key] { return known }
        let isOwner = shards.isOwner(options.identity, of: key)
        ownership[key] = isOwner
        return isOwner
    }

    /// What the object says of a canary that another replica looks after, read once a version of it.
    mutating func foreignStatus(of entry: CanaryEntry) -> CanaryStatus? {
        let (key, revision) = (entry.key, entry.object.revision)
        if let known = foreign[key], known.revision == revision { return known.status }
        let status = CanaryStatus(json: entry.object.json["status"] ?? .object([:]))
        foreign[key] = (revision, status)
        return status
    }

    /// The agent as it is now.
    mutating func snapshot(at now: Timestamp) async -> AgentSnapshot {
        var canaries: [AgentSnapshot.Canary] = []
        var (waiting, invalid) = (0, 0)
        for key in orderedKeys() {
            guard let entry = entries[key] else { continue }
            let isMine = isOwned(key)
            let status = isMine ? entry.status : foreignStatus(of: entry)
            if isMine, entry.waitingSince != nil, runs[key] == nil { waiting += 1 }
            if isMine, status?.phase == .invalid { invalid += 1 }
            canaries.append(
                AgentSnapshot.Canary(
                    key: key,
                    isMine: isMine,
                    status: status,
                    run: runs[key].map { run in
                        AgentSnapshot.Run(
                            id: run.progress?.header.run,
                            startedAt: run.startedAt,
                            page: run.page,
                            story: run.story
                        )
                    }
                )
            )
        }
        let brakes = policies.pages.values.compactMap { page in
            page.brakes.engaged.map { Reason("brakes", $0.sentence(page.scope, in: page.file)) }
        }
        let scopes = policies.pages.values.map { page in
            // One that was deleted is shown by what it still closes.
            let policy = page.isDeleted ? page.lastPolicy ?? page.policy : page.policy
            return AgentView.Policy(ScopedPolicy(page.scope, policy), brakes: page.brakes, at: now)
        }
        return AgentSnapshot(
            at: now,
            version: options.version,
            identity: options.identity,
            members: members == nil ? [options.identity] : standing.members,
            isMember: members == nil || standing.isMember,
            canaries: canaries,
            mirrors: await cluster.mirrors.freshness(),
            running: runs.count,
            waiting: waiting,
            invalid: invalid,
            brakes: brakes.sorted { $0.text < $1.text },
            policies: scopes.sorted { $0.order < $1.order },
            orphans: orphans.count + lostLooks.values.count { $0.orphan == nil },
            statusBacklog: statuses?.backlog ?? 0,
            troubles: troubles.sorted()
        )
    }
}
