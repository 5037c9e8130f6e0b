import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization

/// Runs over the API server double, in time that the runs move; requests are real.
struct CustodyRig {
    /// The time of everybody: of the runs, and of who holds what.
    final class Time: Sendable {
        private let passed = Mutex(Duration.zero)
        private let origin = ContinuousClock.now

        func pass(_ duration: Duration) { passed.withLock { $0 += duration } }
        func pass(to moment: Timestamp) { passed.withLock { $0 = max($0, moment.since(RunRig.start)) } }
        var uptime: ContinuousClock.Instant { origin.advanced(by: passed.withLock { $0 }) }
        var moment: Timestamp { RunRig.start.advanced(by: passed.withLock { $0 }) }
    }

    static let key = CanaryKey(namespace: ClusterFixture.namespace, name: "demo4")
    static let spec: CanarySpec = {
        var spec = RunRig.spec
        spec.steps = [20, 50, 100]
        spec.route.stable.host = "demo4.test1.svc.cluster.local"
        spec.route.canary.host = "demo4.test1.svc.cluster.local"
        return spec
    }()

    let cluster: ClusterFixture
    let time = Time()
    let http = HTTPClient()

    init() throws {
        cluster = try ClusterFixture()
        cluster.server.acceptWithoutToken(as: FakeAPIServer.user)
        try set(100, 0)
    }

    func set(_ stable: Int, _ canary: Int) throws {
        try cluster.server.change(
            .virtualServices,
            "demo4-vs",
            in: ClusterFixture.namespace,
            patch: """
                [{"op":"replace","path":"/spec/http/0/route/0/weight","value":\(stable)},
                 {"op":"replace","path":"/spec/http/0/route/1/weight","value":\(canary)}]
                """
        )
    }

    var client: KubernetesClient {
        KubernetesClient(
            connection: ClusterConnection(server: cluster.server.url(), namespace: ClusterFixture.namespace),
            http: http,
            wait: { _ in }
        )
    }

    var store: KubernetesRouteStore {
        // A mirror that is never started: each read is a request, and none depends on real time.
        KubernetesRouteStore(
            client: client,
            resource: .virtualServices,
            selection: RouteSelection(Self.spec.route, namespace: ClusterFixture.namespace),
            mirror: ObjectMirror(client: client, resource: .virtualServices, namespace: ClusterFixture.namespace)
        )
    }

    var lease: Lease? {
        cluster.server.view.object(.leases, "haldane-demo4", in: ClusterFixture.namespace).map {
            Lease(KubernetesObject($0))
        }
    }
    var record: RolloutRecord? { lease.flatMap { StoredRecord($0).value } }
    var hasSnapshot: Bool {
        cluster.server.view.object(.configMaps, "haldane-demo4", in: ClusterFixture.namespace) != nil
    }

    /// Time that is asked of it passes; turns are taken by the test alone.
    func timing(snapshots: Duration = .zero) -> CustodyTiming {
        let time = time
        return CustodyTiming(
            snapshots: snapshots,
            now: { MicroTime(microseconds: time.moment.milliseconds * 1000) },
            uptime: { time.uptime },
            wait: { duration in
                if duration >= .seconds(1) { return time.pass(duration) }
                try await Task.sleep(for: .seconds(3600))
            }
        )
    }

    func custody(
        _ identity: String,
        _ wish: LeaseClaim.Wish = .ifFree,
        inbox: RunInbox = RunInbox(),
        snapshots: Duration = .zero
    ) async throws -> ClusterCustody {
        try await ClusterCustody.claim(
            Self.key,
            client: client,
            identity: HolderIdentity(identity),
            wish: wish,
            timing: timing(snapshots: snapshots),
            inbox: inbox
        )
    }

    /// - Parameter deadline: nil for the one of `spec`.
    func header(unattended: Bool = true, deadline: Duration? = nil) -> RunHeader {
        var spec = Self.spec
        if let deadline { spec.pace.deadline = deadline }
        return RunHeader(
            version: "test",
            run: "run-1",
            startedAt: RunRig.start,
            spec: spec,
            roles: .asNamed,
            place: "test1/demo4-vs",
            isUnattended: unattended,
            baseline: RouteWeights(stable: 100, canary: 0)
        )
    }

    /// A driver under a custody; `slept` is called after each sleep with its number.
    func driver(
        _ header: RunHeader,
        _ state: RunState? = nil,
        _ custody: any RolloutCustody,
        turn: ClusterCustody,
        inbox: RunInbox,
        journal: FailingJournal = FailingJournal(),
        traffic: EvenTraffic = EvenTraffic(),
        round first: Int = 0,
        skew: Duration = .zero,
        slept: @escaping @Sendable (Int) async -> Void = { _ in }
    ) -> RolloutDriver {
        let (time, cluster) = (time, cluster)
        let weights = Mutex(0.0)
        let clock = ManualRunClock(start: time.moment.advanced(by: skew)) { count, now in
            if count > RunRig.mostSleeps { inbox.send(.interrupt("more than \(RunRig.mostSleeps) sleeps")) }
            time.pass(to: now.advanced(by: .zero - skew))
            await turn.turn()
            await slept(count)
        }
        return RolloutDriver(
            header: header,
            state: state ?? RunState(header: header),
            source: ScriptedTelemetry { round in
                if let canary = cluster.weights().last ?? nil { weights.withLock { $0 = Double(canary) } }
                return traffic.window(round: first + round, canaryPercent: weights.withLock { $0 })
            },
            store: store,
            journal: journal,
            clock: clock,
            observer: RecordingObserver(),
            inbox: inbox,
            custody: custody
        )
    }

    /// Begins run-1 under a new custody.
    func begin(
        _ identity: String,
        inbox: RunInbox,
        snapshots: Duration = .zero,
        unattended: Bool = true,
        deadline: Duration? = nil
    ) async throws -> (RunHeader, ClusterCustody) {
        let custody = try await custody(identity, inbox: inbox, snapshots: snapshots)
        let header = header(unattended: unattended, deadline: deadline)
        try await custody.begin(
            RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0)),
            header
        )
        return (header, custody)
    }

    /// The orphan that is there after the lease has been silent for long enough.
    func orphan() -> Orphan? {
        var watch = OrphanWatch()
        _ = watch.look(at: [lease].compactMap { $0 }, uptime: time.uptime)
        time.pass(.seconds(16))
        return watch.look(at: [lease].compactMap { $0 }, uptime: time.uptime).first
    }

    /// How the orphan goes on under another custody.
    func taken(_ orphan: Orphan, _ custody: ClusterCustody, skew: Duration = .zero) async throws -> TakenRun {
        let content = try await custody.kept()
        let taken = TakenRun(
            TakenRun.Ground(
                run: orphan.run,
                evidence: Takeover.evidence(of: orphan.run, content),
                spec: Self.spec,
                found: try await store.read(),
                id: orphan.run.id,
                version: "test",
                isUnattended: true,
                cause: orphan.words,
                identity: "b"
            ),
            // As if it were taken when the last round ended, so that the next one comes when it would have.
            at: time.moment.advanced(by: skew - Self.spec.pace.interval)
        )
        try await custody.begin(orphan.run, taken.header)
        return taken
    }
}

/// A process that is gone without a word.
struct DyingCustody: RolloutCustody {
    let custody: ClusterCustody

    var isCertain: Bool { custody.isCertain }

    func permit(_ plan: WeightPlan, of state: RunState, at now: Timestamp) async -> CustodyAnswer {
        await custody.permit(plan, of: state, at: now)
    }

    func keep(_ state: RunState, at now: Timestamp) { custody.keep(state, at: now) }

    func leave(_ state: RunState, at now: Timestamp) async {}
}

extension [JournalEntry] {
    /// What was judged, in order.
    var verdicts: [Verdict] {
        events.compactMap { if case .judged(_, let verdict) = $0 { verdict } else { nil } }
    }
}
