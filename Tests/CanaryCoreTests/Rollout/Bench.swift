import CanaryCore

/// A reducer with a clock and a route of its own, driven by hand.
struct Bench {
    var rollout: Rollout
    var now = Timestamp(milliseconds: 1_700_000_000_000)
    var revision = 1

    init(
        steps: [Double] = [5, 10, 25, 50, 100],
        pace: Pace = Bench.pace,
        guards: Guards = Guards(),
        comparable: TelemetrySpec.Comparability = .prove,
        match: [String: String] = [:],
        isUnattended: Bool = false
    ) {
        rollout = Rollout(
            rules: RolloutRules(
                .sample(steps: steps, pace: pace, guards: guards, comparable: comparable, match: match),
                isUnattended: isUnattended
            )
        )
    }

    static let pace = Pace(
        interval: .seconds(5),
        history: .seconds(150),
        settle: .seconds(15),
        warmup: .seconds(0),
        deadline: .seconds(1800),
        bake: .seconds(600)
    )

    var outcome: Outcome? { rollout.outcome }

    var step: Rollout.StepState? {
        switch rollout.phase {
        case .analyzing(let state), .baking(let state): state
        default: nil
        }
    }

    func snapshot(canary: Int, sum: Int = 100, reach: RouteReach = .everything) -> RouteSnapshot {
        RouteSnapshot(
            revision: RouteRevision("r\(revision)"),
            weights: RouteWeights(stable: sum - canary, canary: canary),
            place: "route.yaml",
            reach: reach
        )
    }

    @discardableResult
    mutating func send(_ input: Rollout.Input, after seconds: Double = 0) -> [Rollout.Action] {
        now = now.advanced(by: .milliseconds(Int64(seconds * 1000)))
        return rollout.handle(input, at: now)
    }

    @discardableResult
    mutating func read(canary: Int, sum: Int = 100, reach: RouteReach = .everything) -> [Rollout.Action] {
        send(.routeRead(snapshot(canary: canary, sum: sum, reach: reach)))
    }

    @discardableResult
    mutating func applied(canary: Int, sum: Int = 100) -> [Rollout.Action] {
        revision += 1
        return send(.applied(snapshot(canary: canary, sum: sum)))
    }

    @discardableResult
    mutating func command(_ verb: Rollout.OperatorCommand.Verb) -> [Rollout.Action] {
        send(.command(Rollout.OperatorCommand(verb, reason: "because")))
    }

    /// One round of `seconds` with these counts and this verdict.
    @discardableResult
    mutating func window(
        stable: Int = 950,
        canary: Int = 50,
        _ kind: Verdict.Kind = .undecided,
        seconds: Double = 5,
        isUsable: Bool = true,
        callers: [String] = [],
        lag: Double? = nil
    ) -> [Rollout.Action] {
        let summary = Rollout.WindowSummary(
            seconds: seconds,
            stableRequests: stable,
            canaryRequests: canary,
            isUsable: isUsable,
            canaryCallers: callers,
            lag: lag
        )
        return send(.judged(summary, .sample(kind)), after: seconds)
    }

    @discardableResult
    mutating func windows(
        _ count: Int,
        stable: Int = 950,
        canary: Int = 50,
        _ kind: Verdict.Kind = .undecided,
        isUsable: Bool = true,
        callers: [String] = []
    ) -> [Rollout.Action] {
        var actions: [Rollout.Action] = []
        for _ in 0..<count {
            actions += window(stable: stable, canary: canary, kind, isUsable: isUsable, callers: callers)
        }
        return actions
    }

    /// Starts at weight 0 and goes to the first step, which has to be a whole number.
    mutating func begin() {
        read(canary: 0)
        windows(30, stable: 1000, canary: 0)
        applied(canary: Int(rollout.rules.steps[0]))
    }

    /// Feeds windows that show the present weight until it is proved.
    mutating func prove() {
        for _ in 0..<20 where step?.split.isProved == false {
            let canary = Int((step?.percent ?? 0) * 10)
            window(stable: 1000 - canary, canary: canary)
        }
    }

    /// From the first step to 100 %, each step proved and healthy.
    mutating func reachBake() {
        begin()
        for percent in rollout.rules.steps.dropFirst() {
            prove()
            let canary = Int((step?.percent ?? 0) * 10)
            window(stable: 1000 - canary, canary: canary, .healthy)
            applied(canary: Int(percent))
        }
    }
}

extension CanarySpec {
    static func sample(
        steps: [Double] = [5, 10, 25, 50, 100],
        pace: Pace = Bench.pace,
        guards: Guards = Guards(),
        comparable: TelemetrySpec.Comparability = .prove,
        match: [String: String] = [:]
    ) -> CanarySpec {
        CanarySpec(
            name: "demo4",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            ),
            telemetry: TelemetrySpec(
                targets: ["http://127.0.0.1:15020/stats/prometheus"],
                match: match,
                comparable: comparable
            ),
            steps: steps,
            pace: pace,
            guards: guards
        )
    }
}

extension Verdict {
    static func sample(_ kind: Kind) -> Verdict {
        let decision: Decision =
            switch kind {
            case .healthy: .advance
            case .degraded: .rollback
            case .undecided, .unknown: .hold
            }
        return Verdict(kind: kind, decision: decision, reason: Reason(kind.rawValue, "the verdict is \(kind.rawValue)"))
    }
}

extension [Rollout.Action] {
    var plans: [WeightPlan] {
        compactMap { if case .apply(let plan, _) = $0 { plan } else { nil } }
    }

    var expectedRevisions: [RouteRevision] {
        compactMap { if case .apply(_, let revision) = $0 { revision } else { nil } }
    }

    var notices: [Notice] {
        compactMap { if case .notify(let notice) = $0 { notice } else { nil } }
    }

    var pages: [Notice] { notices.filter { $0.urgency == .page } }

    var outcomes: [Outcome] {
        compactMap { if case .finish(let outcome) = $0 { outcome } else { nil } }
    }

    var readsRoute: Bool { contains(.readRoute) }
}
