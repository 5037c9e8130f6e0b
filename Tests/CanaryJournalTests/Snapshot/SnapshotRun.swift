import CanaryCore
import CanaryTelemetry

/// A run that is driven by hand, as the driver does it: rounds, verdicts, writes.
struct SnapshotRun: Equatable {
    let header: RunHeader
    var state: RunState
    var now: Timestamp
    private var revision = 1

    init(hasMetrics: Bool = false, history: Duration = .seconds(150)) {
        var spec = CanarySpec(
            name: "reviews",
            namespace: "shop",
            route: RouteSpec(
                object: "reviews",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec(targets: ["http://127.0.0.1:15020/stats/prometheus"]),
            steps: [10, 50, 100],
            pace: Pace(
                interval: .seconds(5),
                history: history,
                settle: .seconds(5),
                warmup: .seconds(10),
                deadline: .seconds(1800),
                bake: .seconds(60)
            )
        )
        if hasMetrics {
            spec.objectives.metrics = [
                MetricObjective(query: "orders", tolerance: 0.02), MetricObjective(query: "depth", tolerance: 0.1),
                MetricObjective(query: "basket", tolerance: 0.05),
            ]
        }
        now = Timestamp(milliseconds: 1_700_000_000_000)
        header = RunHeader(
            version: "0.6.0",
            run: "run-1",
            startedAt: now,
            spec: spec,
            roles: .asNamed,
            place: "virtualservice/shop/reviews",
            isUnattended: true,
            baseline: RouteWeights(stable: 100, canary: 0)
        )
        state = RunState(header: header)
        feed(.routeRead(snapshot(canary: 0)))
        feed(
            .population(
                Population(
                    stable: Population.Side(ready: 3, total: 3, hashes: ["6f7c"], workload: "deployment/v1"),
                    canary: Population.Side(ready: 3, total: 3, hashes: ["9d8b"], workload: "deployment/v2"),
                    namespace: "shop"
                )
            )
        )
    }

    var percent: Double { state.rollout.route?.weights.canaryPercent ?? 0 }

    /// One round with this window, and the writes that it asks for.
    mutating func round(_ window: Window) -> Verdict {
        now = now.advanced(by: .seconds(5))
        let context = state.rollout.judgingContext
        let verdict = state.judge.judge(window, in: context)
        let before = state.rollout
        let actions = state.rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
        state.ledger.judged(window, in: context, verdict, at: now)
        state.noteWeights(since: before, at: now)
        perform(actions)
        return verdict
    }

    mutating func feed(_ input: Rollout.Input) {
        let before = state.rollout
        let actions = state.rollout.handle(input, at: now)
        state.noteWeights(since: before, at: now)
        perform(actions)
    }

    private mutating func perform(_ actions: [Rollout.Action]) {
        for action in actions {
            switch action {
            case .readRoute: feed(.routeRead(state.rollout.route ?? snapshot(canary: 0)))
            case .apply(let plan, _):
                revision += 1
                feed(.applied(snapshot(canary: plan.canaryPercent.isFinite ? Int(plan.canaryPercent) : 0)))
            case .notify(let notice): state.ledger.noticed(notice, at: now)
            case .finish(let outcome): state.ledger.finished(outcome, at: now)
            }
        }
    }

    private func snapshot(canary: Int) -> RouteSnapshot {
        RouteSnapshot(
            revision: RouteRevision("\(revision)"),
            weights: RouteWeights(stable: 100 - canary, canary: canary),
            place: "virtualservice/shop/reviews"
        )
    }

    var snapshot: EngineSnapshot { EngineSnapshot(header: header, state: state, at: now) }
}
