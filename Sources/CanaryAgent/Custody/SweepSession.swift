package import CanaryCore
import CanaryKubernetes
import CanaryTransport

/// One pass over all rollouts of a cluster: runs that nobody drives any more are carried to their ends.
package struct SweepSession: Sendable {
    /// What is looked at, as whom, and for how long.
    package struct Options: Sendable {
        package var cluster: ClusterOptions
        /// Nil is all namespaces.
        package var namespace: String?
        /// Where the journals of what is taken over are kept.
        package var home: JournalHome
        /// After this, what is unfinished is handed over.
        package var within: Duration
        package var identity: String
        package var version: String
        package var timing = CustodyTiming()
        /// What of a run's own objects is believed.
        package var trust = Takeover.Trust()
        /// Whose CanaryPolicy is the whole cluster's; nil looks where an agent is.
        package var agentNamespace: String?
        /// How often it is looked whether an operator asks something of a run.
        package var requests = Duration.seconds(3)
        /// How often the policies are read.
        package var policies = Duration.seconds(5)

        package init(
            cluster: ClusterOptions,
            namespace: String?,
            home: JournalHome,
            within: Duration,
            identity: String = HolderIdentity.unique(),
            version: String
        ) {
            self.cluster = cluster
            self.namespace = namespace
            self.home = home
            self.within = within
            self.identity = identity
            self.version = version
        }
    }

    /// What became of one run.
    package struct Result: Sendable {
        package var orphan: Orphan
        /// How it ended; nil if it could not be taken over.
        package var report: RunReport?
        /// Why it could not be.
        package var failure: AgentError?
        /// Whether another process was faster.
        package var isElsewhere = false

        package var exitCode: ExitCode {
            if isElsewhere { return .healthy }
            if failure != nil { return .unknown }
            return report?.outcome?.exitCode ?? .undecided
        }
    }

    /// What was found, and what became of each run.
    package struct Report: Sendable {
        /// How many rollouts were looked at, and how many of them have a run that somebody drives.
        package var looked: Int
        package var driven: Int
        /// By namespace and name.
        package var results: [Result]
        /// Records that cannot be read, of runs that were left, if it is not certain what is to be done.
        package var unreadable: [String] = []

        /// That of the signal which ended the sweep, if it left anything unfinished; else the worst of all, and healthy if nothing was
        /// to be done.
        package var exitCode: ExitCode {
            let signals = results.compactMap { $0.report?.outcome == nil ? $0.report?.interruption?.text : nil }
            if signals.contains(where: { $0.contains("(SIGTERM)") || $0.contains("(SIGHUP)") }) { return .terminated }
            if signals.contains(where: { $0.contains("(SIGINT)") }) { return .interrupted }
            let codes = results.map(\.exitCode) + unreadable.map { _ in ExitCode.unknown }
            return codes.max { $0.code < $1.code } ?? .healthy
        }
    }

    /// Carried to their ends at the same time.
    private static let most = 32
    private let options: Options
    private let inbox: RunInbox
    private let tell: @Sendable (Result) -> Void
    private let note: @Sendable (String) -> Void
    private let log: AgentLog

    /// - Parameters:
    ///   - inbox: an interruption hands everything over.
    ///   - note: is told what is waited for, what operators asked, what could not be written, and that policies cannot be read.
    ///   - line: is given the lines of the runs, as an agent logs them: why evidence was kept or dropped, and who wrote what and why.
    ///   - tell: called for each run as it ends.
    package init(
        options: Options,
        inbox: RunInbox,
        note: @escaping @Sendable (String) -> Void = { _ in },
        line: @escaping @Sendable (String) -> Void = { _ in },
        tell: @escaping @Sendable (Result) -> Void
    ) {
        log = AgentLog(now: Self.now, write: line)
        self.options = options
        self.inbox = inbox
        self.note = note
        self.tell = tell
    }

    /// Looks, takes over, and carries everything to its end.
    package func run() async throws(AgentError) -> Report {
        let connection = try options.cluster.connection()
        let http = connection.makeHTTPClient()
        let client = KubernetesClient(connection: connection, http: http)
        do {
            let (orphans, damaged, looked, running) = try await orphans(client)
            let (lost, unreadable) = try await lostRuns(damaged, client)
            for text in unreadable { note(text) }
            let results = await carry(orphans + lost, client)
            await http.shutdown()
            return Report(looked: looked, driven: running, results: results, unreadable: unreadable)
        } catch {
            await http.shutdown()
            throw AgentError(
                "the rollouts could not be looked at: \(error.message)",
                cause: error.cause,
                hint: error.hint
            )
        }
    }

    /// Looks twice if a run is held: whoever renews his lease in between lives, whatever the clocks say.
    private func orphans(
        _ client: KubernetesClient
    ) async throws(KubernetesError) -> (
        orphans: [Orphan], damaged: [OrphanWatch.Unreadable], looked: Int, running: Int
    ) {
        var watch = OrphanWatch()
        var leases = try await list(client)
        var orphans = watch.look(at: leases, uptime: options.timing.uptime())
        // Nobody waits for a day because an object says so.
        let patience = min(watch.patience(for: leases), .seconds(120))
        if patience > .zero {
            var left = patience + .seconds(1)
            note(
                "waits \(Phrase.duration(left.inSeconds)) to see whether the processes that hold runs still renew their Leases"
            )
            while left > .zero, inbox.interruption == nil {
                // A wait that fails was cancelled: then what is known has to do.
                guard (try? await options.timing.wait(min(left, .seconds(1)))) != nil else { break }
                left -= .seconds(1)
            }
            leases = try await list(client)
            orphans = watch.look(at: leases, uptime: options.timing.uptime())
        }
        let unfinished = leases.count { StoredRecord($0).value?.run != nil }
        let looked = leases.count { StoredRecord($0) != .none }
        return (orphans, watch.unreadable, looked, unfinished - orphans.count)
    }

    private func list(_ client: KubernetesClient) async throws(KubernetesError) -> [Lease] {
        try await client.list(.leases, namespace: options.namespace, labels: RolloutObject.selector).items.map {
            Lease($0)
        }
    }

    private func carry(_ orphans: [Orphan], _ client: KubernetesClient) async -> [Result] {
        let inboxes = orphans.map { _ in RunInbox() }
        let policies = SweptPolicies(
            client: client,
            namespace: options.namespace,
            agentNamespace: options.agentNamespace,
            now: Self.now,
            note: note
        )
        let statuses = StatusWriter(client: client) { [note] canary, error in
            note("\(canary): the status of the Canary could not be written: \(AgentLoop.words(error))")
        }
        let events = EventRecorder(client: client, instance: "haldane")
        if !orphans.isEmpty { await policies.read() }
        return await withTaskGroup(of: Result?.self) { group in
            // Hands over what comes in, and the end of the time.
            group.addTask {
                let end = ContinuousClock.now.advanced(by: options.within)
                while !Task.isCancelled {
                    for request in inbox.takeAll() { for inbox in inboxes { inbox.send(request) } }
                    if ContinuousClock.now >= end {
                        let time = Phrase.duration(options.within.inSeconds)
                        let reason = Reason(
                            "handed-over",
                            "the time of this sweep (\(time)) is over; the next one goes on"
                        )
                        for inbox in inboxes { inbox.send(.leave(reason)) }
                        return nil
                    }
                    try? await Task.sleep(for: .milliseconds(200))
                }
                return nil
            }
            if !orphans.isEmpty {
                group.addTask { [options] in
                    await policies.follow(every: options.policies)
                    return nil
                }
                group.addTask {
                    await statuses.run()
                    return nil
                }
            }
            var waiting = Array(zip(orphans, inboxes))[...]
            var results: [Result] = []
            func next() {
                guard let (orphan, inbox) = waiting.popFirst() else { return }
                let canary = SweptCanary(of: orphan, statuses: statuses, events: events)
                group.addTask { await carry(orphan, inbox, policies, canary, client) }
            }
            for _ in 0..<Self.most { next() }
            while results.count < orphans.count, let result = await group.next() {
                guard let result else { continue }
                tell(result)
                results.append(result)
                next()
            }
            await statuses.finish(within: .seconds(3))
            await events.finish()
            group.cancelAll()
            return results.sorted { $0.orphan.key < $1.orphan.key }
        }
    }

    @Sendable private static func now() -> Timestamp { Timestamp(milliseconds: MicroTime.now().microseconds / 1000) }

    private func carry(
        _ orphan: Orphan,
        _ inbox: RunInbox,
        _ policies: SweptPolicies,
        _ canary: SweptCanary,
        _ client: KubernetesClient
    ) async -> Result {
        let name = RolloutObject.name(of: orphan.key.name)
        let kept = SnapshotObject(client: client, namespace: orphan.key.namespace, name: name)
        // What cannot be read now is read again when the lease is taken; without it there is no spec to go on with.
        let content = try? await kept.load()
        var run = Takeover.options(
            for: orphan,
            content,
            cluster: options.cluster,
            home: options.home,
            identity: options.identity,
            version: options.version,
            trust: options.trust
        )
        run.custody = options.timing
        run.isUnattended = true
        run.gate = policies.gate(for: orphan.key)
        do throws(KubernetesError) {
            // A sweep that may not read Canary objects goes on with every run.
            if let removal = try await Takeover.removal(of: orphan, client: client) {
                run.takeover?.removal = removal
                inbox.send(.command(.rollback(because: removal)))
            }
        } catch {
            let text = "whether the Canary \(orphan.key) is still there cannot be read: \(error.message)"
            return Result(orphan: orphan, failure: AgentError(text, cause: error.cause, hint: error.hint))
        }
        let requests = SweptRequests(
            of: orphan,
            client: client,
            inbox: inbox,
            policies: policies,
            canary: canary,
            pause: options.requests,
            note: note
        )
        run.takeover?.asked = await requests.waitingRollback()
        do {
            let lines = RunLines(log: log, canary: orphan.key, actor: options.identity)
            let session = RunSession(options: run, observer: RunObservers([requests, canary, lines]), inbox: inbox)
            let report = try await requests.following(session)
            canary.close(report)
            return Result(orphan: orphan, report: report)
        } catch {
            let now = try? await client.get(.leases, namespace: orphan.key.namespace, name: name)
            let lease = now.map { Lease($0) }
            let isElsewhere = lease.map { lease in
                lease.resourceVersion != orphan.lease.resourceVersion && lease.holder != options.identity
                    && (!lease.holder.isEmpty || StoredRecord(lease).value?.run == nil)
            }
            return Result(orphan: orphan, failure: error, isElsewhere: isElsewhere ?? false)
        }
    }
}
