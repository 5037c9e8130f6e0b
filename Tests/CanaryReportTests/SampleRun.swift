import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// A run that is made up: real windows, a real judge, a real reducer, no IO.
struct SampleRun {
    private(set) var progress: [RunProgress] = []
    private(set) var ledger: RunLedger
    private(set) var outcome: Outcome?
    let header: RunHeader
    private var rollout: Rollout
    private var judge: Judge
    private var now: Timestamp
    private var random: UInt64
    private let canaryErrors: Double

    /// - Parameter canaryErrors: failure share of the canary; stable's is 0.5 %.
    init(canaryErrors: Double, seed: UInt64 = 1) {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-v2")
            ),
            telemetry: TelemetrySpec(targets: ["http://127.0.0.1:1/stats/prometheus"])
        )
        spec.pace.history = .seconds(150)
        spec.pace.bake = .seconds(30)
        spec.pace.warmup = .seconds(0)
        now = Timestamp(milliseconds: 1_800_000_000_000)
        header = RunHeader(
            version: "0.0.0",
            run: "run-1",
            startedAt: now,
            spec: spec,
            roles: .asNamed,
            place: "demo4-vs.yaml: http rule 0 of demo4-vs"
        )
        rollout = Rollout(rules: RolloutRules(spec))
        judge = Judge(rules: JudgeRules(spec))
        ledger = RunLedger(startedAt: now)
        random = seed
        self.canaryErrors = canaryErrors
        show(.started)
        act(rollout.handle(.routeRead(snapshot(0)), at: now))
    }

    /// Plays rounds until the outcome, or so many.
    mutating func play(rounds: Int) {
        for _ in 0..<rounds where outcome == nil { round() }
    }

    private mutating func round() {
        now = now.advanced(by: .seconds(5))
        let context = rollout.judgingContext
        let window = window(percent: rollout.route?.weights.canaryPercent ?? 0)
        let verdict = judge.judge(window, in: context)
        ledger.judged(window, in: context, verdict, at: now)
        let actions = rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
        show(.judged(window, verdict))
        act(actions)
    }

    private mutating func act(_ actions: [Rollout.Action]) {
        for action in actions {
            switch action {
            case .readRoute:
                act(rollout.handle(.routeRead(snapshot(rollout.route?.weights.canary ?? 0)), at: now))
            case .apply(let plan, _):
                let more = rollout.handle(.applied(snapshot(Int(plan.canaryPercent))), at: now)
                ledger.weighed(plan.canaryPercent, at: now)
                show(.wrote(plan))
                act(more)
            case .notify(let notice):
                ledger.noticed(notice, at: now)
                show(.notice(notice))
            case .finish(let outcome):
                self.outcome = outcome
                ledger.finished(outcome, at: now)
                show(.finished(outcome))
            }
        }
    }

    private mutating func show(_ happening: RunProgress.Happening) {
        progress.append(RunProgress(happening, header: header, at: now, rollout: rollout, ledger: ledger))
    }

    private func snapshot(_ canary: Int) -> RouteSnapshot {
        RouteSnapshot(
            revision: RouteRevision("r\(canary)"),
            weights: RouteWeights(stable: 100 - canary, canary: canary),
            place: header.place
        )
    }

    private mutating func window(percent: Double) -> Window {
        let canary = 1500 * percent / 100
        return Window(
            seconds: 5,
            stable: (0..<4).map { pod("s-\($0)", (1500 - canary) / 4, 0.005) },
            canary: percent > 0 ? (0..<2).map { pod("c-\($0)", canary / 2, canaryErrors) } : []
        )
    }

    private mutating func pod(_ name: String, _ requests: Double, _ errors: Double) -> PodWindow {
        let total = Int(requests.rounded())
        let failed = min(Int((Double(total) * errors * 2 * next()).rounded()), total)
        var latency = [Int](repeating: 0, count: 20)
        let good = total - failed
        latency[4] = good / 2
        latency[5] = good / 3
        latency[6] = good - latency[4] - latency[5]
        return PodWindow(
            pod: name,
            requests: [
                ResponseCount(key: ResponseKey("200"), count: good),
                ResponseCount(key: ResponseKey("503"), count: failed),
            ],
            latency: latency
        )
    }

    /// 0..<1, by Knuth's linear congruential generator.
    private mutating func next() -> Double {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Double(random >> 11) / Double(1 << 53)
    }
}
