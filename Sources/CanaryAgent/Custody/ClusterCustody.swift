package import CanaryCore
import CanaryJournal
package import CanaryKubernetes
import CanaryRouting
import Synchronization

/// The custody of one rollout in a cluster: its Lease says who may write, with the record of what; a ConfigMap keeps the state.
///
/// A step up is written into the Lease first, over the version that was last seen to be ours: that proves that nobody has taken it,
/// and tells whoever comes next which weights are ours. A rollback goes through as long as the lease is certainly ours by our own
/// clock. What was lost is never written for again; what only ran out while the API was away is taken up again if nobody else had it.
///
/// A turn in the background renews and keeps; nothing here makes the driver wait but `permit` and `leave`.
package final class ClusterCustody: RolloutCustody {
    package let key: CanaryKey
    /// Who drove the canary's rollouts before us; nil if nobody did.
    package let lastHolder: String?
    /// The Lease as a process left it that is gone, if its record cannot be read.
    let lost: Lease?
    private let claim: LeaseClaim
    private let snapshots: SnapshotObject
    let client: KubernetesClient
    let inbox: RunInbox
    let timing: CustodyTiming
    private let desk: Mutex<CustodyDesk>
    /// Ended by `leave`, `abandon` or `deinit`.
    private let worker = Mutex<Task<Void, Never>?>(nil)

    init(
        _ key: CanaryKey,
        _ claim: LeaseClaim,
        _ client: KubernetesClient,
        _ lease: Lease,
        _ inbox: RunInbox,
        _ timing: CustodyTiming,
        lost: Lease? = nil
    ) {
        self.key = key
        self.lost = lost
        lastHolder = lease.annotations[RolloutObject.lastHolderKey]
        self.claim = claim
        self.client = client
        self.inbox = inbox
        self.timing = timing
        snapshots = SnapshotObject(
            client: client,
            namespace: key.namespace,
            name: RolloutObject.name(of: key.name),
            labels: RolloutObject.labels
        )
        let record = StoredRecord(lease).value ?? RolloutRecord(canary: key.name)
        desk = Mutex(
            CustodyDesk(
                record: record,
                transitions: lease.transitions,
                nextRenewal: timing.uptime().advanced(by: timing.renewal)
            )
        )
        desk.withLock { $0.lease = lease.uid }
    }

    deinit {
        worker.withLock { $0?.cancel() }
    }

    /// The record as it is to be in the cluster.
    package var record: RolloutRecord { desk.withLock { $0.record } }

    /// Whether a write may be sent at this moment.
    package var isCertain: Bool { desk.withLock { $0.standing == .ours } && claim.isCertain() }

    /// Begins to renew; to be called once.
    func start() {
        let wait = timing.wait
        let task = Task { [weak self] in
            while !Task.isCancelled, let self {
                await self.turn()
                // A wait that fails was cancelled, which the loop sees.
                try? await wait(.milliseconds(Int.random(in: 450...550)))
            }
        }
        worker.withLock { $0 = task }
    }

    // MARK: The run

    /// Makes a run the present one, in the cluster, before its journal begins; or goes on with the one that is.
    ///
    /// It throws where another rollout is at work on the same rule; the record's run is then the one from before.
    package func begin(
        _ run: RolloutRecord.Run,
        _ header: RunHeader,
        as entrance: RolloutRecord.Run.Entrance = .new
    ) async throws(AgentError) {
        let before = desk.withLock { desk in
            let before = desk.record.run
            desk.record.run = run
            desk.record.run?.contends = entrance
            desk.header = header
            desk.isDirty = true
            return before
        }
        await claim.label([RolloutObject.routeKey: RolloutObject.routeLabel(run.route)])
        let outcome: LeaseClaim.Outcome
        do throws(KubernetesError) {
            outcome = try await claim.acquire(annotations: annotations)
        } catch {
            throw AgentError(lease: error, key)
        }
        switch outcome {
        case .held(let lease):
            desk.withLock { ($0.transitions, $0.lease) = (lease.transitions, lease.uid) }
        case .taken(let lease):
            lose(to: lease)
            throw AgentError(lostTo: lease, key)
        }
        do throws(AgentError) {
            try await requireRule(RouteRivals(of: run, key, as: entrance))
        } catch {
            remember { $0.run = before }
            throw error
        }
        remember { $0.run?.contends = nil }
    }

    /// Changes what is remembered between runs, to be stored with the next write.
    package func remember(_ change: (inout RolloutRecord) -> Void) {
        desk.withLock { desk in
            change(&desk.record)
            desk.isDirty = true
        }
    }

    /// What an earlier holder kept; nil if there is nothing.
    package func kept() async throws(KubernetesError) -> SnapshotObject.Content? { try await snapshots.load() }

    package func permit(_ plan: WeightPlan, of state: RunState, at now: Timestamp) async -> CustodyAnswer {
        if case .lost(let reason) = standing { return .lost(reason) }
        desk.withLock { desk in
            desk.note(state)
            desk.intend(plan)
        }
        // It must not wait for the API as long as it may go through without; the next turn tells of it.
        if plan.purpose == .rollback, claim.isCertain(for: timing.write) { return .granted }
        let answer: Reason
        do throws(KubernetesError) {
            switch try await renewed() {
            case .taken(let lease): return .lost(lose(to: lease))
            case .held: answer = Reason("lease-slow", "the lease of \(key) was renewed too slowly to write under it")
            }
        } catch {
            answer = Reason("lease", "nothing is written while the lease of \(key) cannot be renewed: \(error.message)")
        }
        if case .lost(let reason) = standing { return .lost(reason) }
        let isProved = answer.label == "lease-slow" || plan.purpose == .rollback
        return isProved && claim.isCertain(for: timing.write) ? .granted : .postponed(answer)
    }

    package func keep(_ state: RunState, at now: Timestamp) {
        let uptime = timing.uptime()
        desk.withLock { desk in
            guard desk.standing == .ours else { return }
            desk.follow(state, at: now, uptime: uptime, every: timing.snapshots)
        }
    }

    package func leave(_ state: RunState, at now: Timestamp) async {
        await stopTurning()
        guard standing == .ours else { return }
        desk.withLock { $0.note(state) }
        let limit = timing.farewell
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.sayFarewell(state, at: now) }
            // Real time: the other end is a real server.
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        desk.withLock { if $0.standing == .ours { $0.standing = .left } }
    }

    /// Gives the claim back without a word on the run: it has not begun here.
    package func abandon() async {
        await stopTurning()
        guard standing == .ours else { return }
        desk.withLock { $0.standing = .left }
        // Without it the lease ends by itself.
        try? await claim.release(annotations: annotations)
    }

    // MARK: In the background

    /// Renews if it is time, and keeps what waits.
    package func turn() async {
        guard standing == .ours else { return }
        let uptime = timing.uptime()
        let isDue = desk.withLock { $0.isDirty || $0.nextRenewal <= uptime }
        if isDue { await renew() }
        guard claim.isCertain(), standing == .ours,
            let (state, at) = desk.withLock({ $0.takePending(at: uptime) })
        else { return }
        await store(state, at: at)
    }

    private func renew() async {
        do throws(KubernetesError) {
            guard case .taken(let lease) = try await renewed() else { return }
            let reason = lose(to: lease)
            inbox.send(.leave(reason))
        } catch {
            let uptime = timing.uptime()
            let isNews = desk.withLock { desk in
                // Soon again, but not with each turn.
                desk.nextRenewal = uptime.advanced(by: .seconds(1))
                guard !claim.isCertain(), desk.uncertainSince == nil else { return false }
                desk.uncertainSince = uptime
                return true
            }
            guard isNews else { return }
            let text =
                "the lease of \(key) could not be renewed for \(Phrase.duration(timing.lease.inSeconds)): nothing is written until it is "
                + "ours again, and somebody else may go on with the run; \(error.message)"
            inbox.send(.notice(Notice(.warning, Reason("lease-uncertain", text))))
        }
    }

    /// Renews the lease with the present record in it.
    private func renewed() async throws(KubernetesError) -> LeaseClaim.Outcome {
        let before = desk.withLock { desk in
            desk.isDirty = false
            return desk.uncertainSince
        }
        do throws(KubernetesError) {
            let outcome = try await claim.acquire(annotations: annotations)
            guard case .held(let lease) = outcome else { return outcome }
            let uptime = timing.uptime()
            desk.withLock { desk in
                desk.transitions = lease.transitions
                desk.lease = lease.uid
                desk.nextRenewal = uptime.advanced(by: timing.renewal)
                desk.uncertainSince = nil
            }
            if let before {
                let time = Phrase.duration(before.duration(to: uptime).inSeconds)
                let text = "the lease of \(key) is ours again, after \(time); nobody else held it"
                inbox.send(.notice(Notice(.info, Reason("lease-certain", text))))
            }
            return outcome
        } catch {
            desk.withLock { $0.isDirty = true }
            throw error
        }
    }

    private func store(_ state: RunState, at: Timestamp) async {
        guard let header = desk.withLock({ $0.header }) else { return }
        let retryAt = timing.uptime().advanced(by: .seconds(5))
        do {
            let bytes = try await Self.encoded(EngineSnapshot(header: header, state: state, at: at))
            let content = SnapshotObject.Content(bytes: bytes, run: header.run)
            var stored = try await kept(content, isProved: false)
            if stored == .fenced {
                // The Lease alone says whose the run is: anybody can write the ConfigMap, and it outlives a Lease that is deleted.
                if case .taken(let lease) = try await renewed() {
                    let reason = lose(to: lease)
                    inbox.send(.leave(reason))
                    return
                }
                guard claim.isCertain() else { return desk.withLock { $0.retry(state, at: at, after: retryAt) } }
                stored = try await kept(content, isProved: true)
            }
            if case .tooLarge(let size) = stored {
                say("snapshot-too-large", "it has \(size) bytes, more than a ConfigMap holds")
            }
        } catch let error as SnapshotError {
            say("snapshot-too-large", "\(error)")
        } catch let error as KubernetesError {
            if error.disposition == .retry { return desk.withLock { $0.retry(state, at: at, after: retryAt) } }
            say("snapshot-\(error.label)", "\(error)")
        } catch {
            say("snapshot-failed", "\(error)")
        }
    }

    private func kept(
        _ content: SnapshotObject.Content,
        isProved: Bool
    ) async throws(KubernetesError) -> SnapshotObject.Stored {
        let (fence, lease) = desk.withLock { ($0.transitions, $0.lease) }
        return try await snapshots.store(content, fence: fence, lease: lease, isProved: isProved)
    }

    /// Says once why the state is not kept.
    private func say(_ word: String, _ why: String) {
        guard desk.withLock({ $0.isNews(word) }) else { return }
        let text =
            "the state of the run cannot be kept in the cluster: \(why)\n  if this process dies, somebody else has no evidence to go on "
            + "with, and does what guards.onOrphan says"
        inbox.send(.notice(Notice(.warning, Reason("no-snapshot", text))))
    }

    @concurrent private static func encoded(_ snapshot: EngineSnapshot) async throws -> [UInt8] {
        try SnapshotCodec(limits: SnapshotLimits(storedBytes: SnapshotObject.mostBytes)).encode(snapshot)
    }

    // MARK: The end

    private func sayFarewell(_ state: RunState, at now: Timestamp) async {
        guard let outcome = state.ledger.outcome ?? state.rollout.outcome else {
            // The last word for whoever goes on; the lease with the run in it is free at once.
            if claim.isCertain() { await store(state, at: now) }
            if standing == .ours { try? await claim.release(annotations: annotations) }
            return
        }
        desk.withLock { desk in
            guard let header = desk.header else { return }
            desk.record.run = nil
            // What was given up before it changed anything may be begun again.
            guard outcome.reason.label != RolloutRecord.untouchedLabel else { return }
            desk.record.memory = desk.record.memory.noting(
                outcome,
                header: header,
                release: state.rollout.release,
                left: state.rollout.route?.weights,
                at: now
            )
        }
        while !Task.isCancelled {
            do throws(KubernetesError) {
                // First that it has ended, then away with the evidence: a run without either is rolled back by whoever finds it.
                guard case .held = try await claim.acquire(annotations: annotations) else { return }
                try? await snapshots.delete()
                try await claim.release(annotations: annotations)
                return
            } catch {
                guard error.disposition == .retry else { return }
                try? await Task.sleep(for: .milliseconds(500))
            }
        }
    }

    private func stopTurning() async {
        let task = worker.withLock { worker in
            defer { worker = nil }
            return worker
        }
        task?.cancel()
        await task?.value
    }

    private var standing: CustodyDesk.Standing { desk.withLock { $0.standing } }

    private var annotations: LeaseClaim.Annotations {
        let holder = claim.identity
        return { [weak self] in
            self.map { [RolloutObject.recordKey: $0.record.text, RolloutObject.lastHolderKey: holder] } ?? [:]
        }
    }

    /// Nothing is written from now on.
    @discardableResult
    private func lose(to lease: Lease) -> Reason {
        let why = AgentError.holder(of: lease)
        let reason = Reason("lease-lost", "the rollout \(key) is no longer ours: \(why); nothing is written any more")
        return desk.withLock { desk in
            if case .lost(let reason) = desk.standing { return reason }
            desk.standing = .lost(reason)
            return reason
        }
    }
}
