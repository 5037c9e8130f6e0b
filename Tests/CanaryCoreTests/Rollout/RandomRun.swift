import CanaryCore

/// One random input sequence: a world that mostly behaves like a driver, and sometimes like nothing on earth.
struct RandomRun {
    let seed: UInt64
    private(set) var rollout: Rollout
    /// Everything that was handled, in order.
    private(set) var inputs: [(Rollout.Input, Timestamp)] = []
    /// What was broken, in words; empty if all laws hold.
    private(set) var broken: [String] = []

    private var random: SeededGenerator
    private var route: SimulatedRoute
    private var now = Timestamp(milliseconds: 1_700_000_000_000)
    private var hasAskedRollback = false

    init(seed: UInt64) {
        self.seed = seed
        var random = SeededGenerator(seed: seed)
        var spec = CanarySpec.sample(steps: random.pick(Self.steps))
        spec.pace = Pace(
            interval: .seconds(5),
            history: random.pick([.zero, .seconds(150)]),
            settle: random.pick([.zero, .seconds(15)]),
            deadline: random.pick([.zero, .seconds(60), .seconds(1800)]),
            bake: random.pick([.zero, .seconds(30)])
        )
        let fallbacks: [Guards.Fallback] = [.hold, .rollback]
        spec.guards = Guards(
            onDeadline: random.pick(fallbacks),
            onTelemetryLost: random.pick(fallbacks),
            onCanarySilent: random.pick(fallbacks),
            onJournalLost: random.pick(fallbacks)
        )
        spec.telemetry.comparable = random.pick([.prove, .prove, .assume])
        rollout = Rollout(rules: RolloutRules(spec))
        let found = random.pick([0, 0, 0, 3, 5, 7, 10, 25, 100])
        route = SimulatedRoute(
            weights: RouteWeights(stable: 100 - found, canary: found),
            faultRarity: random.pick([0, 6, 12])
        )
        self.random = random
    }

    private static let steps: [[Double]] = [
        [5, 10, 25, 50, 100], [5, 10, 25, 50, 100], [5, 10, 25, 50, 100], [10, 100], [100], [5, 20], [0.1, 1, 50],
        [], [-5, 0, 200], [.infinity, 1e300], [50, 20, 100],
    ]

    /// Plays up to `length` inputs, with the actions between them.
    mutating func play(length: Int) {
        perform([.readRoute])
        if !random.isOne(in: 4) { take(.priorHistory(windows: 30, seconds: 1000)) }
        for _ in 0..<length {
            if rollout.outcome != nil, random.isOne(in: 2) { break }
            if !broken.isEmpty { break }
            now = nextTime()
            if random.isOne(in: 40) { route.disturb(&random) }
            if random.isOne(in: 6) { perform([.readRoute]) }
            take(nextInput())
        }
    }

    private mutating func perform(_ actions: [Rollout.Action]) {
        var queue = actions
        var count = 0
        while let action = queue.first {
            queue.removeFirst()
            count += 1
            if count > 60 { return fail("the reducer spins: 60 actions without a round between them") }
            // Now and then the process dies here, or an answer is lost.
            if random.isOne(in: 50) { continue }
            switch action {
            case .readRoute: queue += handled(route.read(&random))
            case .apply(let plan, let revision): queue += handled(route.apply(plan, expecting: revision, &random))
            case .notify, .finish: break
            }
        }
    }

    private mutating func take(_ input: Rollout.Input) {
        perform(handled(input))
    }

    private mutating func handled(_ input: Rollout.Input) -> [Rollout.Action] {
        let before = rollout
        let actions = rollout.handle(input, at: now)
        inputs.append((input, now))
        let laws = RolloutLaws(before: before, input: input, actions: actions, after: rollout, now: now)
        if let law = laws.broken(hasAskedRollback: hasAskedRollback, probes: random.isOne(in: 4)) {
            fail("\(law) (in \(before.phase), on \(input), actions \(actions))")
        }
        if case .rollingBack = rollout.phase { hasAskedRollback = true }
        return actions
    }

    private mutating func fail(_ law: String) {
        broken.append("seed \(seed), input \(inputs.count): \(law)")
    }

    private mutating func nextTime() -> Timestamp {
        switch random.next() % 60 {
        case 0: now.advanced(by: .seconds(-3600))
        case 1: now.advanced(by: .seconds(100_000))
        case 2: random.isOne(in: 10) ? Timestamp(milliseconds: random.pick([.min, .max, 0])) : now
        default: now.advanced(by: .seconds(5))
        }
    }

    private mutating func nextInput() -> Rollout.Input {
        switch random.next() % 100 {
        case 0..<82:
            .judged(summary(), verdict())
        case 82..<85:
            .population(population())
        case 85..<87:
            .tick
        case 87:
            .gate(random.isOne(in: 3) ? Reason(random.pick(["freeze", "window"]), "closed") : nil)
        case 88..<94:
            .command(Rollout.OperatorCommand(random.pick(Self.verbs), reason: "random"))
        case 94:
            random.isOne(in: 4) ? .journalLost(Reason("journal", "disk full")) : .tick
        case 95:
            .applied(chaoticSnapshot())
        case 96:
            .routeRead(chaoticSnapshot())
        case 97:
            .refused(random.pick([.conflict(Self.why), .unavailable(Self.why), .impossible(Self.why)]))
        case 98:
            .routeUnreadable(Self.why)
        default:
            .priorHistory(windows: random.pick([.min, -1, 0, 40, .max]), seconds: random.pick([.nan, -1, 1e300, 200]))
        }
    }

    private mutating func population() -> Population? {
        guard !random.isOne(in: 6) else { return nil }
        func side(_ counts: [Int]) -> Population.Side {
            let ready = random.pick(counts)
            let hashes = random.isOne(in: 30) ? ["new"] : ["old"]
            return Population.Side(ready: ready, total: ready, hashes: hashes, workload: "deployment/demo4")
        }
        return Population(
            stable: side([0, 1, 2, 4, 8, 8, 8, .max, -1]),
            canary: side([0, 1, 2, 8, 8, 8, 8, .max, -1]),
            namespace: "test1"
        )
    }

    private static let why = Reason("chaos", "chaos")
    private static let verbs: [Rollout.OperatorCommand.Verb] = [
        .promote, .promote, .pause, .resume, .resume, .rollback, .stop,
    ]

    private mutating func chaoticSnapshot() -> RouteSnapshot {
        let weights = random.pick([
            RouteWeights(stable: 0, canary: 0), RouteWeights(stable: .max, canary: .max),
            RouteWeights(stable: -5, canary: 5),
            RouteWeights(stable: .min, canary: .min), RouteWeights(stable: 95, canary: 5), route.weights,
        ])
        return RouteSnapshot(revision: RouteRevision("chaos"), weights: weights, place: "nowhere")
    }

    private mutating func summary() -> Rollout.WindowSummary {
        if random.isOne(in: 25) {
            return Rollout.WindowSummary(
                seconds: random.pick([.nan, -.infinity, .infinity, -5, 1e300, 0]),
                stableRequests: random.pick([.min, -1, 0, .max]),
                canaryRequests: random.pick([.min, -1, 0, .max]),
                isUsable: random.isOne(in: 2)
            )
        }
        let requests = random.pick([0, 10, 1000, 1000, 1000, 100_000])
        let share = random.isOne(in: 20) ? Double(random.next() % 101) / 100 : route.weights.canaryPercent / 100
        let canary = random.isOne(in: 12) ? 0 : Int(min(max(Double(requests) * share, 0), 1e9))
        return Rollout.WindowSummary(
            seconds: 5,
            stableRequests: requests - canary,
            canaryRequests: canary,
            isUsable: !random.isOne(in: 8),
            canaryCallers: ["gateway"]
        )
    }

    private mutating func verdict() -> Verdict {
        switch random.next() % 100 {
        case 0..<45: .sample(.healthy)
        case 45..<47: .sample(.degraded)
        case 47..<55: .sample(.unknown)
        case 55..<58: Verdict(kind: .undecided, decision: .promote, reason: Self.why)
        case 58..<60: Verdict(kind: .healthy, decision: .hold, reason: Self.why)
        default: .sample(.undecided)
        }
    }
}
