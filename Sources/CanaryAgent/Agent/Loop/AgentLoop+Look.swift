import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanarySources
import CanaryYAML

/// Looking at one canary: what it is to be, what is there, what follows. Everything comes from the mirrors; nothing is opened.
extension AgentLoop {
    mutating func look(at key: CanaryKey) async {
        guard entries[key] != nil else { return }
        await readRecord(key)
        claimRoute(key)
        if let other = otherOwner(of: key) {
            // Only what the policies of a scope have to know of it.
            runs[key]?.leave(Reason("handed-over", "the replica \(other) looks after \(key) now"))
            return
        }
        // Our own Lease that ran out while the API was away is no reason to leave a run: its own Lease says whose it is.
        guard isMine(key) || runs[key] != nil else { return }
        // Before everything is listed nothing can be said of a canary: what is not there yet is not missing.
        guard mirrors.areListed || runs[key] != nil else { return }
        let resolved = await resolve(key)
        claimRoute(key)
        let now = await clock.now()
        // Also of a run that has ended since.
        answerAsked(key, at: now)
        switch resolved {
        case .failure(let invalid):
            entries[key]?.decision = nil
            guard let run = runs[key] else {
                entries[key]?.population = nil
                setInterests(key, nil)
                await readRequest(key, at: now)
                return tell(key, .invalid(invalid.reason), at: now)
            }
            // The run goes on with the spec that it began with, under the policies of now.
            await readRequest(key, at: now)
            run.gate.publish(policies.gate(for: key, own: run.own), unknown: policies.trouble(for: key))
            await tellRun(key, at: now)
            return
        case .success(let canary):
            await survey(key, canary, at: now)
            setInterests(key, canary.spec)
            await readRequest(key, at: now)
            if runs[key] != nil {
                followSpec(key, canary, at: now)
                publishGate(key, canary)
                await tellRun(key, at: now)
                return
            }
            if entries[key]?.unread != nil { return stayUnread(key, at: now) }
            await followGit(key, canary, at: now)
            await decide(key, canary, at: now)
            lookAgain(key, at: now)
        }
    }

    /// The other replica that is alive and looks after a canary, as the API says now; nil if there is none, or nobody can tell.
    private func otherOwner(of key: CanaryKey) -> String? {
        guard members != nil, standing.isCurrent, let owner = shards.owner(of: key) else { return nil }
        return owner == options.identity ? nil : owner
    }

    /// Whether this replica looks after a canary.
    func isMine(_ key: CanaryKey) -> Bool {
        guard members != nil else { return true }
        return standing.isMember && shards.isOwner(options.identity, of: key)
    }

    // MARK: The record

    /// Reads the record of the rollout's Lease, if it changed; and lets the brakes know of a run that ended.
    private mutating func readRecord(_ key: CanaryKey) async {
        guard let object = await lease(of: key) else { return await forgetRecord(key) }
        guard let entry = entries[key] else { return }
        let lease = Lease(object)
        guard lease.resourceVersion != entry.record.resourceVersion || lease.holder != entry.record.holder else {
            return
        }
        let text = lease.annotations[RolloutObject.recordKey] ?? ""
        entries[key]?.record.resourceVersion = lease.resourceVersion
        entries[key]?.record.holder = lease.holder
        guard text != entry.record.text else { return }
        entries[key]?.record.text = text
        let stored = StoredRecord(lease)
        if stored != .damaged {
            entries[key]?.record.before = nil
        } else if entry.record.before == nil {
            let run = lease.holder == entry.record.holder ? entry.record.run : nil
            entries[key]?.record.before = CanaryEntry.Record.Before(status: entry.status, run: run)
        }
        switch stored {
        case .record(let record):
            entries[key]?.record.run = record.run
            entries[key]?.record.trouble = nil
            let before = entry.memory.last
            // From before the end that is known here already.
            if let run = entry.endedHere, let before, record.memory.last?.id != run,
                record.memory.last.map({ $0.endedAt < before.endedAt }) ?? true
            {
                return
            }
            entries[key]?.endedHere = nil
            entries[key]?.memory = record.memory
            if let last = record.memory.last, last.id != before?.id { await noteEnd(last, of: key) }
        case .none:
            entries[key]?.record.run = nil
            entries[key]?.record.trouble = nil
        case .otherSchema(let schema):
            let text =
                "the Lease of its rollouts holds a record of the format '\(schema)', which this program does not know"
            entries[key]?.record.trouble = Reason("record-unreadable", text)
        case .damaged:
            let text =
                "the record in the Lease \(key.namespace)/\(object.name) cannot be read: look at its annotation "
                + "\(RolloutObject.recordKey), and delete the Lease if nothing is going on"
            entries[key]?.record.trouble = Reason("record-unreadable", text)
        }
    }

    private mutating func noteEnd(_ run: ReleaseMemory.LastRun, of key: CanaryKey) async {
        let now = await clock.now()
        for notice in policies.ended(run, of: key, at: now) { announce(notice, at: now) }
    }

    // MARK: The spec

    mutating func resolve(_ key: CanaryKey) async -> Result<RunnableCanary, InvalidCanary> {
        guard let entry = entries[key] else { return .failure(InvalidCanary(reason: Reason("gone", "it is gone"))) }
        // What they preset is missing: nothing that follows from it is kept.
        if let unknown = policies.unknown { return .failure(InvalidCanary(reason: unknown)) }
        let namespace = key.namespace
        let mark = "\(entry.specRevision) \(policies.documents) \(epochs.epoch(of: namespace)) \(mirrors.areListed)"
        if let resolved = entry.resolved, resolved.mark == mark { return resolved.result }
        let result = CanaryResolver.resolve(
            entry.object,
            cluster: policies.document(.cluster),
            namespace: policies.document(.namespace(namespace))
                ?? (namespace == options.agentNamespace
                    ? policies.document(.cluster) : nil),
            facts: await facts(in: namespace).facts(for: entry.object.json),
            environment: options.environment
        )
        entries[key]?.resolved = CanaryEntry.Resolved(mark: mark, result: result)
        entries[key]?.failure = nil
        switch result {
        case .success(let canary):
            for note in canary.notes.prefix(20) { log.tell("note", key, [("message", note)]) }
        case .failure(let invalid):
            log.tell("invalid", key, [("reason", invalid.reason.label), ("message", invalid.reason.text)])
        }
        return result
    }

    /// The objects of a namespace, gathered anew only when they changed in a way that matters.
    private mutating func facts(in namespace: String) async -> FactsIndex {
        let epoch = epochs.epoch(of: namespace)
        if let known = factsIndexes[namespace], known.epoch == epoch { return known.index }
        var index = FactsIndex()
        func objects(_ resource: APIResource) async -> [KubernetesObject] {
            // What may not be looked at is not there to complete anything.
            let view = try? await cluster.mirrors.mirror(MirrorQuery(resource: resource, namespace: namespace))
            return await view?.objects() ?? []
        }
        for kind in mirrors.routes {
            for object in await objects(kind) { index.addRoute(object, of: kind) }
        }
        if let rules = mirrors.rules { for object in await objects(rules) { index.addRule(object) } }
        for object in await objects(.services) { index.addService(object) }
        if mirrors.hasDeployments { for object in await objects(.deployments) { index.addDeployment(object) } }
        if factsIndexes.count >= 64 { factsIndexes = [:] }
        factsIndexes[namespace] = (epoch, index)
        return index
    }

    // MARK: The cluster

    /// Looks up the route and the pods.
    private mutating func survey(_ key: CanaryKey, _ canary: RunnableCanary, at now: Timestamp) async {
        guard let entry = entries[key] else { return }
        let spec = canary.spec
        let found: CanaryEntry.Route?
        do throws(KubernetesError) {
            found = try await route(spec, entry.route)
        } catch {
            let text = "the route cannot be read at the moment: \(error.message)"
            return noteUnread(key, Reason("route-unknown", text), at: now)
        }
        guard let route = found else {
            entries[key]?.route = nil
            entries[key]?.weights = nil
            entries[key]?.population = nil
            entries[key]?.unread = nil
            return
        }
        entries[key]?.route = route
        entries[key]?.weights = route.reading.weights
        do throws(SourceError) {
            let survey = try await PodSurvey.look(
                spec.completed(by: route.reading),
                route: route.object,
                rules: mirrors.rules,
                mirrors: cluster.mirrors,
                known: entry.path
            )
            entries[key]?.path = survey.path
            entries[key]?.population = survey.population
            entries[key]?.trouble = nil
            entries[key]?.unread = nil
        } catch {
            let reason = Reason("pods-unknown", error.inOneLine)
            if error.code == .api, error.disposition == .retry { return noteUnread(key, reason, at: now) }
            entries[key]?.population = nil
            entries[key]?.trouble = reason
            entries[key]?.unread = nil
        }
    }

    /// The route's rule as it is mirrored; nil if it is not there or cannot be read, with why in the entry.
    ///
    /// Throws when the API does not answer at the moment.
    private mutating func route(
        _ spec: CanarySpec,
        _ known: CanaryEntry.Route?
    ) async throws(KubernetesError) -> CanaryEntry.Route? {
        let key = CanaryKey(spec)
        let kind = APIResource.route(spec.route.kind)
        guard let served = mirrors.routes.first(where: { $0.plural == kind.plural }) else {
            entries[key]?.trouble = Reason("route-unknown", "the cluster serves no \(kind.kind)s")
            return nil
        }
        let query = MirrorQuery(resource: served, namespace: spec.namespace, name: spec.route.object)
        do {
            let mirror = try await cluster.mirrors.mirror(query)
            if let failure = await mirror.failure, await isOld(mirror) { throw failure }
            guard let object = await mirror.object(named: spec.route.object, namespace: spec.namespace) else {
                let text = "there is no \(kind.kind) \(spec.namespace)/\(spec.route.object)"
                entries[key]?.trouble = Reason("route-missing", text)
                return nil
            }
            if let known, known.revision == object.resourceVersion, known.spec == spec.route { return known }
            let selection = RouteSelection(spec.route, namespace: spec.namespace)
            let reading = try RouteObject(json: object.json, selection: selection).reading
            return CanaryEntry.Route(
                revision: object.resourceVersion,
                spec: spec.route,
                reading: reading,
                object: object
            )
        } catch let error as RouteError {
            entries[key]?.trouble = Reason(error)
        } catch let error as KubernetesError {
            guard error.disposition != .retry else { throw error }
            entries[key]?.trouble = Reason("route-unknown", "the route cannot be read at the moment: \(error.message)")
        } catch {
            entries[key]?.trouble = Reason("route-unknown", "the route cannot be read at the moment: \(error)")
        }
        return nil
    }

    private func setInterests(_ key: CanaryKey, _ spec: CanarySpec?) {
        var places: Set<AgentInterests.Place> = [
            .lease(namespace: key.namespace, name: RolloutObject.name(of: key.name))
        ]
        if let spec {
            places.insert(.route(namespace: spec.namespace, name: spec.route.object))
            places.insert(.rules(namespace: spec.namespace))
        }
        for interest in entries[key]?.path?.interests ?? [] {
            switch interest {
            case .service(let service):
                places.insert(.service(service))
                places.insert(.rules(namespace: service.namespace))
            case .pods(let namespace, let name, let value):
                places.insert(.pods(namespace: namespace, key: name, value: value))
            }
        }
        interests.set(places, for: key)
    }

    // MARK: The decision

    private mutating func decide(_ key: CanaryKey, _ canary: RunnableCanary, at now: Timestamp) async {
        guard let entry = entries[key] else { return }
        if let trouble = entry.record.trouble { return settle(key, .blocked(trouble), at: now) }
        // What an operator asked for begins, whatever would be decided of itself.
        if let first = entry.firstCommand, entry.record.run == nil { return settle(key, first.decision, at: now) }
        if let other = entry.record.run {
            entries[key]?.decision = nil
            return tell(key, .elsewhere(other, holder: entry.record.holder), at: now)
        }
        guard mirrors.leases != nil else { return }
        if let reason = await olderClaim(on: key) { return settle(key, .blocked(reason), at: now) }
        let spec = entry.route.map { canary.spec.completed(by: $0.reading) } ?? canary.spec
        let decision = ReleaseWatch(spec, isObject: options.specs == nil).decide(
            population: entry.population,
            weights: entry.weights,
            memory: entry.memory
        )
        switch decision {
        case .adopt(let memory, let reason):
            await adopt(memory, reason, key, at: now)
        case .blocked(let reason) where ["pods-unknown", "route-unknown"].contains(reason.label):
            settle(key, .blocked(entry.trouble ?? reason), at: now)
        default:
            settle(key, decision, at: now)
        }
    }

    /// Keeps what is taken as known, and decides again.
    private mutating func adopt(_ memory: ReleaseMemory, _ reason: Reason, _ key: CanaryKey, at now: Timestamp) async {
        guard let before = entries[key]?.memory else { return }
        do throws(KubernetesError) {
            guard try await RolloutMemory.keep(memory, from: before, of: key, options, cluster.client) else {
                return settle(
                    key,
                    .blocked(Reason("lease", "its Lease is another's at the moment, or says something newer")),
                    at: now
                )
            }
            log.tell("adopted", key, [("reason", reason.label), ("message", reason.text)])
            entries[key]?.logged = reason
            entries[key]?.memory = memory
            event(key, reason, isWarning: false)
            let entry = entries[key]
            guard let spec = entry?.spec else { return }
            let decision = ReleaseWatch(spec, isObject: options.specs == nil).decide(
                population: entry?.population,
                weights: entry?.weights,
                memory: memory
            )
            if case .adopt = decision { return settle(key, .idle(reason), at: now) }
            // What was taken as known is said once more than what follows from it.
            if case .idle = decision { return settle(key, .idle(reason), at: now) }
            settle(key, decision, at: now)
        } catch {
            let text = "what is known of its releases cannot be kept: \(Self.words(error))"
            settle(key, .blocked(Reason("lease", text)), at: now)
        }
    }

    private mutating func settle(_ key: CanaryKey, _ decision: ReleaseDecision, at now: Timestamp) {
        entries[key]?.decision = decision
        if case .begin(_, let release) = decision {
            if entries[key]?.waitingSince == nil { entries[key]?.waitingSince = now }
            if entries[key]?.found?.release != release {
                entries[key]?.found = CanaryEntry.Found(release: release, at: now)
            }
            candidates.insert(key)
            entries[key]?.logged = nil
            // Told when it is known whether it may begin.
            return
        }
        entries[key]?.waitingSince = nil
        entries[key]?.gate = nil
        if let reason = decision.reason {
            let said = entries[key]?.logged
            // That it is known is what the line about the adoption has said.
            if said != reason, said?.label != "first-sight" || reason.label != "known" {
                log.tell("looked", key, [("reason", reason.label), ("message", reason.text)])
            }
            entries[key]?.logged = reason
        }
        tell(key, .between(decision), at: now)
    }
}
