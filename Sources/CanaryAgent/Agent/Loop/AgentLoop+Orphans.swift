import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Runs that nobody goes on with: those of an agent or a CI job that is gone.
extension AgentLoop {
    /// Looks for runs whose process is gone, or has given them back.
    mutating func findOrphans() async {
        guard let leases = mirrors.leases, !isLeaving else { return }
        let now = ContinuousClock.now
        guard lastOrphanLook.map({ $0.duration(to: now) >= .seconds(1) }) ?? true else { return }
        lastOrphanLook = now
        var held: [Lease] = []
        for mirror in leases {
            // Silence of a lease is the silence of its holder only while we would have heard of it.
            guard await mirror.failure == nil, members == nil || standing.isCurrent else {
                orphanWatch = OrphanWatch()
                return
            }
            held += leaseRuns.look(at: await mirror.objects(), in: mirror)
        }
        let found = orphanWatch.look(at: held, uptime: now).filter { runs[$0.key] == nil && isMine($0.key) }
        orphans = Dictionary(found.map { ($0.key, $0) }) { $1 }
    }

    /// Goes on with what was found.
    mutating func takeOver(in group: inout DiscardingTaskGroup) async {
        // Before the first look every canary would be a stranger.
        guard mayTakeOver else { return }
        await findLostRuns()
        let now = await clock.now()
        for (key, orphan) in orphans.sorted(by: { $0.key < $1.key }) {
            // An attempt that fails changes the Lease itself.
            let isOwnChange = orphan.lease.annotations[RolloutObject.lastHolderKey] == options.identity
            if let tried = takeovers[key], isOwnChange || tried.version == orphan.lease.resourceVersion,
                tried.retryAt > .now
            {
                continue
            }
            let count = (takeovers[key]?.count ?? 0) + 1
            takeovers[key] = TakeoverTry(
                version: orphan.lease.resourceVersion,
                count: count,
                retryAt: .now + min(.seconds(60), .seconds(1) * (1 << min(count, 6)))
            )
            orphans[key] = nil
            if let entry = entries[key], entry.endedHere == orphan.run.id {
                await close(orphan, entry.memory)
                continue
            }
            log.tell("takeover", key, run: orphan.run.id, [("message", orphan.words)])
            event(key, Reason("takeover", "the run \(orphan.run.id) is gone on with: \(orphan.words)"), isWarning: true)
            if case .success(let canary)? = entries[key]?.resolved?.result {
                var options = runOptions(key, canary)
                options.by = orphan.run.by
                options.takeover = Takeover(orphan)
                let first = entries[key]?.firstCommand
                entries[key]?.firstCommand = nil
                entries[key]?.wish = CanaryEntry.Wish(firstCommand: first)
                launch(key, canary, options, in: &group, at: now) { inbox in
                    if let first { inbox.send(.asked(first.command, first.ticket)) }
                }
            } else {
                await takeOver(stranger: orphan, in: &group, at: now)
            }
        }
        takeovers = takeovers.filter { runs[$0.key] != nil || $0.value.retryAt + .seconds(120) > .now }
    }

    /// A run that ended here while the API was away, and of which the Lease does not know that yet.
    private func close(_ orphan: Orphan, _ memory: ReleaseMemory) async {
        do throws(KubernetesError) {
            guard try await RolloutMemory.close(orphan, memory, options, cluster.client) else { return }
            let words = "that the run has ended is in its Lease now"
            log.tell("closed", orphan.key, run: orphan.run.id, [("message", words)])
        } catch {
            log.tell("not-closed", orphan.key, run: orphan.run.id, [("message", Self.words(error))])
        }
    }

    /// A run of a canary that we do not know: a CI job's, or one whose object is gone or cannot be used.
    private mutating func takeOver(
        stranger orphan: Orphan,
        in group: inout DiscardingTaskGroup,
        at now: Timestamp
    ) async {
        let key = orphan.key
        let removal: String?
        do throws(KubernetesError) {
            removal = entries[key] == nil ? try await Takeover.removal(of: orphan, client: cluster.client) : nil
        } catch {
            return note(trouble: "takeover \(key)", Self.words(error))
        }
        let object = SnapshotObject(
            client: cluster.client,
            namespace: key.namespace,
            name: RolloutObject.name(of: key.name)
        )
        let content: SnapshotObject.Content?
        do throws(KubernetesError) {
            content = try await object.load()
        } catch {
            guard error.code == .notFound else { return note(trouble: "takeover \(key)", Self.words(error)) }
            content = nil
        }
        note(trouble: "takeover \(key)", nil)
        var options = Takeover.options(
            for: orphan,
            content,
            cluster: ClusterOptions(environment: [:]),
            home: JournalHome(self.options.data),
            identity: self.options.identity,
            version: self.options.version,
            trust: Takeover.Trust(policies.document(.cluster), for: key.namespace)
        )
        options.shared = cluster
        options.settle = SettlePlace(repositories: repositories)
        options.isUnattended = true
        options.custody = CustodyTiming(lease: self.options.leaseDuration)
        options.takeover?.removal = removal
        let canary = RunnableCanary(spec: options.spec, live: options.live)
        launch(key, canary, options, in: &group, at: now) { [log] inbox in
            guard let removal else { return }
            log.tell("removed", key, run: orphan.run.id, [("message", removal)])
            inbox.send(.command(.rollback(because: removal)))
        }
        if removal != nil { _ = runs[key]?.turnOnce() }
    }

    /// An attempt to go on with a run.
    struct TakeoverTry: Sendable {
        var version: String
        var count: Int
        var retryAt: ContinuousClock.Instant
    }
}
