import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit

/// A driver among doubles.
struct RunRig {
    let header: RunHeader
    let store: InMemoryRouteStore
    let telemetry: ScriptedTelemetry
    let clock: ManualRunClock
    let journal: FailingJournal
    let observer = RecordingObserver()
    let inbox: RunInbox

    /// More sleeps than this in one run are a loop that spins.
    static let mostSleeps = 2000
    static let start = Timestamp(milliseconds: 1_700_000_000_000)

    static let spec = CanarySpec(
        name: "demo4",
        namespace: "test1",
        route: RouteSpec(
            object: "demo4-vs",
            stable: DestinationSpec(host: "demo4", subset: "v1"),
            canary: DestinationSpec(host: "demo4", subset: "v2")
        ),
        telemetry: TelemetrySpec(targets: ["http://127.0.0.1:15020/stats/prometheus"]),
        steps: [20, 100],
        pace: Pace(
            interval: .seconds(5),
            history: .seconds(150),
            settle: .seconds(5),
            warmup: .zero,
            deadline: .seconds(1200),
            bake: .seconds(30)
        )
    )

    static func header(_ spec: CanarySpec = RunRig.spec, roles: Roles = .asNamed) -> RunHeader {
        RunHeader(version: "test", run: "run-1", startedAt: start, spec: spec, roles: roles, place: "memory")
    }

    /// - Parameters:
    ///   - slept: called after each sleep, with its number and the time.
    ///   - telemetry: nil shows `traffic` at the weights of the store.
    init(
        spec: CanarySpec = RunRig.spec,
        traffic: EvenTraffic = EvenTraffic(),
        store: InMemoryRouteStore = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0)),
        journal: FailingJournal = FailingJournal(),
        inbox: RunInbox = RunInbox(),
        at start: Timestamp = RunRig.start,
        slept: @escaping @Sendable (Int, Timestamp) async -> Void = { _, _ in },
        telemetry: ScriptedTelemetry? = nil
    ) {
        header = Self.header(spec)
        self.store = store
        self.journal = journal
        self.inbox = inbox
        self.telemetry =
            telemetry
            ?? ScriptedTelemetry { round in
                traffic.window(round: round, canaryPercent: await store.present?.canaryPercent ?? 0)
            }
        clock = ManualRunClock(start: start) { count, now in
            if count > Self.mostSleeps { inbox.send(.interrupt("more than \(Self.mostSleeps) sleeps")) }
            await slept(count, now)
        }
    }

    func driver(state: RunState? = nil, notifier: (any Notifier)? = nil) -> RolloutDriver {
        RolloutDriver(
            header: header,
            state: state ?? RunState(header: header),
            source: telemetry,
            store: store,
            journal: journal,
            clock: clock,
            observer: observer,
            notifier: notifier,
            inbox: inbox
        )
    }

    @discardableResult
    func run() async -> RolloutDriver.End {
        var driver = driver()
        return await driver.run()
    }

    /// The state that a fold over these entries gives.
    static func fold(_ entries: [JournalEntry], _ header: RunHeader) -> RunState {
        var state = RunState(header: header)
        var window: Window?
        for entry in entries {
            switch entry {
            case .window(let found): window = found
            case .event(let event, let at): state.fold(event, window: window, at: at)
            }
        }
        return state
    }
}

extension [JournalEntry] {
    var events: [JournalEvent] {
        compactMap { if case .event(let event, _) = $0 { event } else { nil } }
    }

    var intents: [WeightPlan] {
        events.compactMap { if case .intent(let plan, _) = $0 { plan } else { nil } }
    }

    var outcomes: [Outcome] {
        events.compactMap { if case .finished(let outcome) = $0 { outcome } else { nil } }
    }
}

extension JournalEntry {
    /// Whether this is the intent of a write with this purpose.
    func isIntent(_ purpose: WeightPlan.Purpose) -> Bool {
        if case .event(.intent(let plan, _), _) = self { plan.purpose == purpose } else { false }
    }

    var isApplied: Bool {
        if case .event(.input(.applied), _) = self { true } else { false }
    }
}
