import CanaryCore
import CanaryTelemetry
import SyntheticTraffic

/// How one rollout from memory went.
struct RunRecord: Sendable {
    enum Ending: Sendable {
        case promoted
        case rolledBack
        case held
    }

    let ending: Ending
    /// Whether the absolute guard rolled back, which stands outside of the promise on false rollbacks.
    let isAbsolute: Bool
    /// Whether the canary ever had all of the traffic.
    let reachedAll: Bool
    /// Virtual seconds from the first weight change to the rollback, the raise to 100 %, or the end.
    let secondsToDecision: Double
    /// Requests that failed on the canary.
    let canaryFailures: Int
}

/// One rollout without any IO: generated windows, the real judge and reducer, and a route that obeys at once.
struct MemoryRun {
    private var state: RunState
    private var generator: WindowGenerator
    private var route = RouteSnapshot(
        revision: RouteRevision("0"),
        weights: RouteWeights(stable: 100, canary: 0),
        place: "memory"
    )
    private var writes = 0
    private var now = Timestamp(milliseconds: 0)
    private var fullAt: Timestamp?
    private var rollbackAt: Timestamp?

    private init(_ row: GridRow, run: Int) {
        let spec = CanarySpec(
            name: "memory",
            route: RouteSpec(
                object: "memory",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec(targets: []),
            pace: Pace(interval: .seconds(row.profile.intervalSeconds))
        )
        let header = RunHeader(
            version: "calibrate",
            run: "\(run)",
            startedAt: now,
            spec: spec,
            roles: .asNamed,
            place: route.place
        )
        state = RunState(header: header)
        generator = WindowGenerator(profile: row.profile, story: row.story, seed: row.seed(run: run))
    }

    /// Runs to the outcome; every spec here ends one by its deadline.
    static func record(_ row: GridRow, run: Int) -> RunRecord {
        var memory = MemoryRun(row, run: run)
        memory.handle(.routeRead(memory.route))
        while memory.state.rollout.outcome == nil {
            memory.now = memory.now.advanced(by: .seconds(row.profile.intervalSeconds))
            memory.round()
        }
        return memory.record
    }

    private mutating func round() {
        let context = state.rollout.judgingContext
        var window = generator.next(canaryShare: route.weights.canaryPercent / 100)
        window.weight = context.canaryPercent
        window.isHistory = context.phase == .watching && window.canary.isEmpty
        let verdict = state.judge.judge(window, in: context)
        handle(.judged(Rollout.WindowSummary(window), verdict))
    }

    private mutating func handle(_ input: Rollout.Input) {
        for action in state.rollout.handle(input, at: now) {
            switch action {
            case .readRoute: handle(.routeRead(route))
            case .apply(let plan, let revision): apply(plan, expecting: revision)
            case .notify, .finish: break
            }
        }
    }

    private mutating func apply(_ plan: WeightPlan, expecting revision: RouteRevision) {
        guard revision == route.revision, let weights = RouteWeights(canaryPercent: plan.canaryPercent, sum: 100) else {
            return handle(.refused(.impossible(Reason("memory", "a plan that the route in memory cannot take"))))
        }
        if plan.purpose == .rollback { rollbackAt = rollbackAt ?? now }
        if weights.canary == 100 { fullAt = fullAt ?? now }
        writes += 1
        route.revision = RouteRevision("\(writes)")
        route.weights = weights
        handle(.applied(route))
    }

    private var record: RunRecord {
        let ending: RunRecord.Ending =
            switch state.rollout.outcome {
            case .promoted: .promoted
            case .rolledBack: .rolledBack
            case .held, .stopped, .refused, .judged, nil: .held
            }
        let decidedAt = rollbackAt ?? fullAt ?? now
        return RunRecord(
            ending: ending,
            isAbsolute: ending == .rolledBack && state.rollout.outcome?.reason.label == "absolute",
            reachedAll: fullAt != nil,
            secondsToDecision: state.rollout.firstChangeAt.map { decidedAt.since($0).inSeconds } ?? 0,
            canaryFailures: generator.canaryFailures
        )
    }
}
