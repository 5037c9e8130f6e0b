import CanaryCore

/// A run with a faithful driver: each round the route is read, a window comes, and actions are carried out.
///
/// Traffic, telemetry, verdicts and the store are as bad as the seed wants them to be; only pausing is left out, because a
/// paused run may wait for ever.
struct SteadyRun {
    private var rollout: Rollout
    private var random: SeededGenerator
    private var route = SimulatedRoute(weights: RouteWeights(stable: 100, canary: 0), faultRarity: 0)
    private var now = Timestamp(milliseconds: 1_700_000_000_000)
    private let requests: Int
    private let unusableRarity: UInt64
    private let disturbanceRarity: UInt64
    private let bypass: Double
    private let kinds: [Verdict.Kind]

    init(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var spec = CanarySpec.sample(steps: random.pick([[5, 10, 25, 50, 100], [0.1, 1, 99, 100], [10], [100]]))
        spec.pace.deadline = .seconds(300)
        spec.pace.bake = .seconds(60)
        spec.telemetry.comparable = random.pick([.prove, .assume])
        spec.guards.onDeadline = random.pick([.hold, .rollback])
        spec.guards.onTelemetryLost = random.pick([.hold, .rollback])
        rollout = Rollout(rules: RolloutRules(spec))
        requests = random.pick([0, 1, 20, 1000, 20_000])
        unusableRarity = random.pick([0, 2, 20])
        disturbanceRarity = random.pick([0, 0, 2, 30])
        bypass = random.pick([0, 0, 0.2, 1])
        kinds = random.pick([
            [.healthy], [.undecided], [.unknown], [.healthy, .undecided, .unknown],
            [.healthy, .healthy, .healthy, .undecided, .undecided, .unknown, .degraded],
        ])
        route.faultRarity = random.pick([0, 2, 10])
        self.random = random
    }

    /// Nil if the run ends in time, else where it hangs.
    mutating func playToEnd() -> String? {
        perform([.readRoute])
        // History, deadline, bake, twice the patience for telemetry, the retries of a rollback and its proof.
        let rounds = (1000 + 300 + 60 + 600 + 600 + 135 + 300) / 5
        for _ in 0..<rounds {
            if rollout.outcome != nil { return nil }
            let nextRound = now.advanced(by: .seconds(5))
            while let wakeAt = rollout.wakeAt, wakeAt < nextRound {
                now = wakeAt
                perform(rollout.handle(.tick, at: now))
                if rollout.wakeAt == wakeAt { return "a tick at the wanted time did nothing in \(rollout.phase)" }
            }
            now = nextRound
            if disturbanceRarity > 0, random.isOne(in: disturbanceRarity) { route.disturb(&random) }
            perform([.readRoute])
            let share = max(route.weights.canaryPercent / 100, bypass)
            let canary = Int((Double(requests) * share).rounded())
            let isUsable = unusableRarity == 0 || !random.isOne(in: unusableRarity)
            let window = Rollout.WindowSummary(
                seconds: 5,
                stableRequests: requests - canary,
                canaryRequests: canary,
                isUsable: isUsable
            )
            let verdict = Verdict.sample(isUsable ? random.pick(kinds) : .unknown)
            perform(rollout.handle(.judged(window, verdict), at: now))
        }
        return rollout.outcome == nil ? "\(rollout.phase)" : nil
    }

    private mutating func perform(_ actions: [Rollout.Action]) {
        var queue = actions
        for _ in 0..<100 {
            guard !queue.isEmpty else { return }
            switch queue.removeFirst() {
            case .readRoute: queue += rollout.handle(route.read(&random), at: now)
            case .apply(let plan, let revision):
                queue += rollout.handle(route.apply(plan, expecting: revision, &random), at: now)
            case .notify, .finish: break
            }
        }
    }
}
