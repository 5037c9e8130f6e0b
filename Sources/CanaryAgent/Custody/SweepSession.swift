package import CanaryCore
import CanaryKubernetes
import CanaryTransport

/// One pass over all rollouts of a cluster: runs that nobody drives any more are carried to their ends.
package struct SweepSession: Sendable {
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
        /// How often it is looked whether an operator asks something of a run.
        package var requests = Duration.seconds(3)

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

    package struct Report: Sendable {
        /// How many rollouts were looked at, and how many of them have a run that somebody drives.
        package var looked: Int
        package var driven: Int
        /// By namespace and name.
        package var results: [Result]

        /// That of the signal which ended the sweep, if it left anything unfinished; else the worst of all, and healthy if nothing was
        /// to be done.
        package var exitCode: ExitCode {
            let signals = results.compactMap { $0.report?.outcome == nil ? $0.report?.interruption?.text : nil }
            if signals.contains(where: { $0.contains("(SIGTERM)") || $0.contains("(SIGHUP)") }) { return .terminated }
            if signals.contains(where: { $0.contains("(SIGINT)") }) { return .interrupted }
            return results.map(\.exitCode).max { $0.code < $1.code } ?? .healthy
        }
    }

    /// Carried to their ends at the same time.
    private static let most = 32
    private let options: Options
    private let inbox: RunInbox
    private let tell: @Sendable (Result) -> Void
    private let note: @Sendable (String) -> Void

    /// - Parameters:
    ///   - inbox: an interruption hands everything over.
    ///   - note: is told what is waited for, what operators asked, and what could not be written.
    ///   - tell: called for each run as it ends.
    package init(
        options: Options,
        inbox: RunInbox,
        note: @escaping @Sendable (String) -> Void = { _ in },
        tell: @escaping @Sendable (Result) -> Void
    ) {
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
            let (orphans, looked, running) = try await orphans(client)
            let results = await carry(orphans, client)
            await http.shutdown()
            return Report(looked: looked, driven: running, results: results)
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
    ) async throws(KubernetesError) -> (orphans: [Orphan], looked: Int, running: Int) {
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
        return (orphans, leases.count { StoredRecord($0) != .none }, unfinished - orphans.count)
    }

    private func list(_ client: KubernetesClient) async throws(KubernetesError) -> [Lease] {
        try await client.list(.leases, namespace: options.namespace, labels: RolloutObject.selector).items.map {
            Lease($0)
        }
    }

    private func carry(_ orphans: [Orphan], _ client: KubernetesClient) async -> [Result] {
        let inboxes = orphans.map { _ in RunInbox() }
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
            var waiting = Array(zip(orphans, inboxes))[...]
            var results: [Result] = []
            func next() {
                guard let (orphan, inbox) = waiting.popFirst() else { return }
                group.addTask { await carry(orphan, inbox, client) }
            }
            for _ in 0..<Self.most { next() }
            while results.count < orphans.count, let result = await group.next() {
                guard let result else { continue }
                tell(result)
                results.append(result)
                next()
            }
            group.cancelAll()
            return results.sorted { $0.orphan.key < $1.orphan.key }
        }
    }

    private func carry(_ orphan: Orphan, _ inbox: RunInbox, _ client: KubernetesClient) async -> Result {
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
        let requests = SweptRequests(of: orphan, client: client, inbox: inbox, pause: options.requests, note: note)
        run.takeover?.asked = await requests.waitingRollback()
        do {
            let session = RunSession(options: run, observer: requests, inbox: inbox)
            return Result(orphan: orphan, report: try await requests.following(session))
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
