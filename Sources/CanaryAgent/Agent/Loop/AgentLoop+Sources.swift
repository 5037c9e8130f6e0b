import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Where canaries and policies come from: objects of the cluster, or a folder.
extension AgentLoop {
    /// Takes the objects in as they are mirrored, if any of them changed.
    mutating func readObjects() async {
        guard let canaries = mirrors.canaries else { return }
        let changed = wake.takeObjects()
        let isFull = await takeFullReading(of: canaries)
        let isNews = changed.policies || mirrors.arePoliciesOpen && policies.unknown != nil
        if hasLooked, !isFull, !isNews, changed.canaries.count < 1 + entries.count / 4 {
            for key in changed.canaries.sorted() { await takeOne(key, of: canaries) }
            return
        }
        var found: [CanaryKey: AgentObject] = [:]
        for mirror in canaries {
            for object in await mirror.objects() {
                let canary = AgentObject(object)
                found[canary.key] = canary
            }
        }
        take(found)
        hasLooked = true
        // What cannot be listed is not gone.
        guard mirrors.arePoliciesOpen else { return }
        var pages: [PolicyBook.Page] = []
        for mirror in mirrors.policies ?? [] {
            for object in await mirror.objects() {
                if let page = CanaryResolver.page(AgentObject(object), options.agentNamespace) { pages.append(page) }
            }
        }
        await take(pages)
    }

    /// Whether it is time to read all objects once more; not from mirrors that may be behind.
    private mutating func takeFullReading(of mirrors: [ObjectMirror]) async -> Bool {
        guard wantsAllObjects else { return false }
        wantsAllObjects = false
        for mirror in mirrors + (self.mirrors.policies ?? []) {
            if await mirror.failure != nil { return false }
        }
        return true
    }

    /// Takes one object in that is not as it was.
    private mutating func takeOne(_ key: CanaryKey, of mirrors: [ObjectMirror]) async {
        for mirror in mirrors {
            guard let object = await mirror.object(named: key.name, namespace: key.namespace) else { continue }
            let canary = AgentObject(object)
            guard !isGone(canary) else { break }
            guard entries[key] != nil || entries.count < AgentOptions.mostCanaries else { return }
            if take(canary) { wake.ring(key) }
            return
        }
        if entries[key] != nil { removed(key) }
    }

    /// Looks whether files of the folder changed.
    mutating func readFolder() async {
        guard let path = options.specs, mirrors.arePoliciesOpen else { return }
        var folder =
            self.folder
            ?? SpecFolder(
                path: path,
                namespace: cluster.client.connection.namespace,
                policyNamespace: options.agentNamespace
            )
        do {
            let contents = try folder.look()
            self.folder = folder
            note(trouble: "specs", nil)
            guard let contents else { return }
            for problem in contents.problems.prefix(20) { log.tell("unreadable", nil, [("message", problem)]) }
            take(contents.canaries)
            await take(contents.policies.compactMap { CanaryResolver.page($0, options.agentNamespace) })
            hasLooked = true
        } catch let error as AgentError {
            note(trouble: "specs", [error.message, error.cause].compactMap { $0 }.joined(separator: ": "))
        } catch {
            note(trouble: "specs", "the folder \(path) cannot be listed")
        }
    }

    private mutating func take(_ found: [CanaryKey: AgentObject]) {
        var changed: [CanaryKey] = []
        let isTooMany = found.count > AgentOptions.mostCanaries
        note(
            trouble: "canaries",
            isTooMany
                ? "there are \(found.count) canaries; \(AgentOptions.mostCanaries) are looked after" : nil
        )
        let kept = isTooMany ? kept(of: found) : Set(found.keys)
        for (key, object) in found where kept.contains(key) && !isGone(object) {
            if take(object) { changed.append(key) }
        }
        for (key, _) in entries where !kept.contains(key) || found[key].map(isGone) ?? true { removed(key) }
        if !changed.isEmpty { wake.ring(changed) }
    }

    /// The canaries that are looked after where there are too many: those that are already, and then the first by name.
    private func kept(of found: [CanaryKey: AgentObject]) -> Set<CanaryKey> {
        var kept = Set(found.keys.filter { entries[$0] != nil })
        let room = max(0, AgentOptions.mostCanaries - kept.count)
        kept.formUnion(found.keys.filter { entries[$0] == nil }.sorted().prefix(room))
        return kept
    }

    /// Takes an object as it is now, and says whether it has to be looked at: a status is what we write ourselves.
    private mutating func take(_ object: AgentObject) -> Bool {
        let key = object.key
        guard let known = entries[key]?.object else {
            entries[key] = CanaryEntry(object)
            order = nil
            return true
        }
        if known.uid != object.uid {
            removed(key)
            entries[key] = CanaryEntry(object)
            order = nil
            return true
        }
        guard known.revision != object.revision else { return false }
        entries[key]?.object = object
        entries[key]?.noteStatus()
        let isSame =
            object.generation > 0 && known.generation == object.generation && known.annotations == object.annotations
            && known.json["metadata"]?["labels"] == object.json["metadata"]?["labels"]
        return !isSame
    }

    /// An object that is being deleted is treated as if it were gone: its run has to end before its finalizers let go.
    private func isGone(_ object: AgentObject) -> Bool { object.isBeingDeleted }

    private mutating func take(_ pages: [PolicyBook.Page]) async {
        let before = policies.revision
        let now = await clock.now()
        let known = policies.pages.values.map(\.object.key)
        policies.replace(by: pages, at: now)
        policies.unknown = nil
        let problems = Dictionary(
            policies.pages.values.map { page in
                (page.object.key, page.problem?.text ?? page.unused(beside: options.agentNamespace))
            }
        ) { $0 ?? $1 }
        for key in Set(known).union(problems.keys).sorted() { note(trouble: "policy \(key)", problems[key] ?? nil) }
        for notice in policies.lift(at: now) { announce(notice, at: now) }
        if policies.revision != before { wake.ringForAll() }
    }

    /// Stores brakes that engaged or were lifted with the policy whose they are.
    mutating func writePolicyStatuses() async {
        guard let policyStatuses else { return }
        for page in policies.takeUnwritten() where !page.object.uid.isEmpty {
            let members: JSONValue = ["status": ["brakes": BrakesStatus(page.brakes, scope: page.scope).json]]
            policyStatuses.write(members, of: page.object.key)
            wake.ringForAll()
        }
    }

    /// Has kept of the policies what an agent has to know of them that begins after they were deleted.
    mutating func keepPolicyNotes() {
        guard policies.unknown == nil, members == nil || standing.isCurrent else { return }
        let mark = NotesMark(policies: policies.revision, members: standing.members)
        guard mark != keptNotes else { return }
        keptNotes = mark
        let unreadable = policies.unreadableNotes
        let (isAlone, shards, identity) = (members == nil, shards, options.identity)
        policyNotes.keep(
            PolicyNotes.Wanted(policies.notes) { namespace in
                let policy = CanaryKey(namespace: namespace, name: PolicyDocument.name)
                return !unreadable.contains(namespace) && (isAlone || shards.isOwner(identity, of: policy))
            }
        )
    }

    /// When notes of the policies were handed over last.
    struct NotesMark: Hashable {
        var policies: Int
        var members: [String]
    }

    /// Tells every run what holds for it now, also those of canaries that have no object, which nobody looks at.
    mutating func publishGates() {
        guard publishedGates != policies.revision else { return }
        publishedGates = policies.revision
        for (key, run) in runs {
            var own = run.own
            if case .success(let canary)? = entries[key]?.resolved?.result { own = canary.own }
            run.gate.publish(policies.gate(for: key, own: own), unknown: policies.trouble(for: key))
        }
    }
}

extension CanaryEntry {
    /// The status as the object has it now may be somebody else's: another replica's, before this one took over.
    mutating func noteStatus() {
        let stored = object.json["status"] ?? .object([:])
        if status == nil { status = CanaryStatus(json: stored) }
        guard let answered = CanaryStatus(json: stored)?.request, answered.id != request?.id else { return }
        // A sweep that is at the run answers the request that is there; older answers than ours do not count.
        let isPresent = RequestAnnotations.members(of: object.annotations)["id"] == answered.id
        if request == nil || isPresent { request = answered }
    }
}
