import CanaryCore
import CanaryReport
import CanaryTelemetry

/// A run that is made up and written down: real windows, a real judge, a real reducer, no IO.
struct StoryRun {
    private(set) var entries: [JournalEntry] = []
    private(set) var outcome: Outcome?
    private(set) var verdicts: [(at: Timestamp, percent: Double, verdict: Verdict)] = []
    let header: RunHeader
    private(set) var state: RunState
    private var now: Timestamp
    private var random: UInt64
    private let canaryErrors: Double
    private let canarySlowdown: Double

    /// - Parameters:
    ///   - canaryErrors: failure share of the canary; stable's is 0.5 %.
    ///   - canarySlowdown: share of the canary's requests that go up two buckets.
    init(
        canaryErrors: Double = 0.005,
        canarySlowdown: Double = 0,
        seed: UInt64 = 1,
        change: (inout CanarySpec) -> Void = { _ in }
    ) {
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
        change(&spec)
        now = Timestamp(milliseconds: 1_800_000_000_000)
        header = RunHeader(
            version: "0.0.0",
            run: "run-1",
            startedAt: now,
            spec: spec,
            roles: .asNamed,
            place: "demo4-vs.yaml: http rule 0 of demo4-vs"
        )
        state = RunState(header: header)
        random = seed
        self.canaryErrors = canaryErrors
        self.canarySlowdown = canarySlowdown
        tell(.routeRead(snapshot(0)))
    }

    /// The story of what was written down.
    var story: RunStory { Self.story(header, entries) }

    static func story(_ header: RunHeader, _ entries: [JournalEntry]) -> RunStory {
        var fold = StoryFold(header: header)
        for entry in entries { fold.add(entry) }
        return fold.story()
    }

    /// Plays rounds until the outcome, or so many.
    mutating func play(rounds: Int = 1000) {
        for _ in 0..<rounds where outcome == nil { round() }
    }

    /// Rounds whose telemetry cannot be used.
    mutating func playBlind(rounds: Int) {
        for _ in 0..<rounds where outcome == nil { round(blind: true) }
    }

    mutating func command(_ verb: Rollout.OperatorCommand.Verb, by: String?, _ reason: String) {
        tell(.command(Rollout.OperatorCommand(verb, reason: reason, by: by)))
    }

    /// Somebody else writes the weights.
    mutating func intrude(_ canary: Int, by writer: String?) {
        var snapshot = snapshot(canary)
        snapshot.revision = RouteRevision("foreign-\(canary)")
        snapshot.writer = writer
        tell(.routeRead(snapshot))
    }

    mutating func record(_ event: JournalEvent) {
        entries.append(.event(event, at: now))
    }

    private mutating func round(blind: Bool = false) {
        now = now.advanced(by: .seconds(5))
        let context = state.rollout.judgingContext
        var window = window(percent: state.rollout.route?.weights.canaryPercent ?? 0)
        if blind { window.quality.unusable = .tooFewPods(side: .stable, answered: 1, known: 4) }
        let verdict = state.judge.judge(window, in: context)
        entries.append(.window(window))
        record(.judged(context: context, verdict: verdict))
        verdicts.append((now, context.canaryPercent, verdict))
        let before = state.rollout
        let actions = state.rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
        state.ledger.judged(window, in: context, verdict, at: now)
        state.noteWeights(since: before, at: now)
        act(actions)
    }

    private mutating func tell(_ input: Rollout.Input) {
        record(.input(input))
        let before = state.rollout
        let actions = state.rollout.handle(input, at: now)
        state.noteWeights(since: before, at: now)
        act(actions)
    }

    private mutating func act(_ actions: [Rollout.Action]) {
        for action in actions {
            switch action {
            case .readRoute:
                tell(.routeRead(snapshot(state.rollout.route?.weights.canary ?? 0)))
            case .apply(let plan, let revision):
                record(.intent(plan: plan, revision: revision))
                tell(.applied(snapshot(Int(plan.canaryPercent))))
            case .notify(let notice):
                state.ledger.noticed(notice, at: now)
                record(.notice(notice))
            case .finish(let outcome):
                self.outcome = outcome
                state.ledger.finished(outcome, at: now)
                record(.finished(outcome))
            }
        }
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
            stable: (0..<4).map { pod("s-\($0)", (1500 - canary) / 4, 0.005, 0) },
            canary: percent > 0 ? (0..<2).map { pod("c-\($0)", canary / 2, canaryErrors, canarySlowdown) } : [],
            quality: WindowQuality(
                canaryCallers: percent > 0 ? [CallerCount(name: "gateway", count: Int(canary))] : [],
                excluded: [CallerCount(name: "FI", count: 2)],
                unattributed: [CallerCount(name: "NR", count: 1)]
            )
        )
    }

    private mutating func pod(_ name: String, _ requests: Double, _ errors: Double, _ slowdown: Double) -> PodWindow {
        let total = Int(requests.rounded())
        let failed = min(Int((Double(total) * errors * 2 * next()).rounded()), total)
        var latency = [Int](repeating: 0, count: 20)
        let good = total - failed
        let slow = Int((Double(good) * slowdown).rounded())
        latency[4] = (good - slow) / 2
        latency[5] = (good - slow) / 3
        latency[6] = good - slow - latency[4] - latency[5]
        latency[8] = slow
        return PodWindow(
            pod: name,
            requests: [
                ResponseCount(key: ResponseKey("200"), count: good),
                ResponseCount(key: ResponseKey("499"), count: 1),
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
