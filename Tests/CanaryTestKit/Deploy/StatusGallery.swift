import CanaryCore
import CanaryTelemetry
package import CanaryYAML

/// Statuses of Canary objects as they are really rendered, one for each thing that a canary can be at: for whoever has to understand
/// them, as GitOps tools do.
package struct StatusGallery {
    /// By what the canary is at; the generation of the object is 3.
    package private(set) var statuses: [String: JSONValue] = [:]

    private let start = Timestamp(milliseconds: 1_780_000_000_000)
    private let spec = CanarySpec(
        name: "reviews",
        namespace: "shop",
        route: RouteSpec(
            object: "reviews",
            stable: DestinationSpec(subset: "v1"),
            canary: DestinationSpec(subset: "v2")
        ),
        telemetry: TelemetrySpec(),
        steps: [25, 100]
    )
    private let header: RunHeader
    private let release = Rollout.Release(
        Population(
            stable: Population.Side(ready: 3, total: 3, hashes: ["a1"]),
            canary: Population.Side(ready: 3, total: 3, hashes: ["b1"]),
            namespace: "shop"
        ),
        roles: .asNamed
    )

    package init() {
        header = RunHeader(
            version: "0",
            run: "run-1",
            startedAt: start,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews",
            by: "haldane-agent"
        )
        betweenRuns()
        ends()
        run()
        held()
    }

    private mutating func betweenRuns() {
        let gate = Reason("frozen", "the cluster is frozen: audit")
        add("known", .between(.idle(Reason("known", "v2 (a1) was there before, and is not news"))))
        add("new and not ready", .between(.waiting(Reason("not-ready", "v2 (b1) is not ready"))))
        add("new and waiting", .between(.begin(.asNamed, release)), gate: gate)
        add("new and beginning", .between(.begin(.asNamed, release)))
        add("weights of nobody", .between(.blocked(Reason("unexplained-weights", "both destinations carry traffic"))))
        add("pods not known", .between(.blocked(Reason("pods-unknown", "the pods are not known at the moment"))))
        add("invalid", .invalid(Reason("invalid-spec", "spec.steps: 120 % is above 100 %")))
        let other = RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
        add("a run of a CI job", .elsewhere(other, holder: "ci-1"))
    }

    /// After a run, as long as what was tried is still there.
    private mutating func ends() {
        let tried = ReleaseDecision.idle(Reason("tried", "v2 (b1) was tried; it is not tried again by itself"))
        let promoted = ReleaseDecision.idle(Reason("promoted", "v2 (b1) was promoted"))
        let why = Reason("operator", "stop by operator alice")
        let ends: [(String, Outcome, ReleaseDecision)] = [
            ("promoted", .promoted(Reason("baked", "baked for 10 min")), promoted),
            (
                "promoted, not in Git yet",
                .promoted(Reason("baked", "baked"), unsettled: Reason("git", "the commit is not merged")), promoted
            ),
            ("rolled back", .rolledBack(Reason("errors", "errors 4 pp above stable"), .proved), tried),
            ("held", .held(.deadline, Reason("deadline", "no answer in 30 min")), tried),
            ("stopped", .stopped(why), tried),
            ("refused", .refused(Reason("pace", "the rounds cannot be filled")), tried),
        ]
        for (name, outcome, decision) in ends {
            let left = RouteWeights(stable: 100, canary: 0)
            let memory = ReleaseMemory().noting(outcome, header: header, release: release, left: left, at: start)
            add(name, .between(decision), memory: memory)
            let found = snapshot(percent: 0)
            let rollout = Rollout.abandoned(RolloutRules(spec), found: found, outcome: outcome, at: start)
            add("\(name), just now", .run(header, rollout, RunLedger(startedAt: start)))
        }
    }

    /// A run that operators push to its end, and back.
    private mutating func run() {
        var rollout = Rollout(rules: RolloutRules(spec))
        show("starting", rollout)
        _ = rollout.handle(.routeRead(snapshot(percent: 0)), at: start)
        show("watching", rollout)
        push(&rollout, "step")
        show("analysing", rollout)
        var back = rollout
        _ = back.handle(.command(.init(.rollback, reason: "checkout fails", by: "alice")), at: start)
        show("rolling back", back)
        _ = back.handle(.applied(snapshot(percent: 0)), at: start)
        show("emptying", back)
        push(&rollout, "last step")
        show("baking", rollout)
    }

    private mutating func held() {
        var rollout = Rollout(rules: RolloutRules(spec))
        _ = rollout.handle(.routeRead(snapshot(percent: 0)), at: start)
        _ = rollout.handle(.gate(Reason("frozen", "the cluster is frozen: audit")), at: start)
        show("frozen", rollout)
        _ = rollout.handle(.command(.init(.pause, reason: "look first", by: "alice")), at: start)
        show("paused", rollout)
        push(&rollout, "step of a paused run")
        show("paused at a step", rollout)
    }

    /// Promotes to the next step, and writes it.
    private mutating func push(_ rollout: inout Rollout, _ name: String) {
        for action in rollout.handle(.command(.init(.promote, reason: "it is fine", by: "alice")), at: start) {
            guard case .apply(let plan, _) = action else { continue }
            show("\(name) being written", rollout)
            _ = rollout.handle(.applied(snapshot(percent: plan.canaryPercent)), at: start)
        }
    }

    private func snapshot(percent: Double) -> RouteSnapshot {
        RouteSnapshot(
            revision: RouteRevision("\(percent)"),
            weights: RouteWeights(stable: 100 - Int(percent), canary: Int(percent)),
            place: "VirtualService shop/reviews"
        )
    }

    private mutating func show(_ name: String, _ rollout: Rollout) {
        add(name, .run(header, rollout, RunLedger(startedAt: start)))
    }

    private mutating func add(
        _ name: String,
        _ activity: CanaryFacts.Activity,
        memory: ReleaseMemory = ReleaseMemory(),
        gate: Reason? = nil
    ) {
        let facts = CanaryFacts(
            object: CanaryKey(namespace: "shop", name: "reviews"),
            generation: 3,
            stableLabel: "v1",
            canaryLabel: "v2",
            activity: activity,
            memory: memory,
            weights: RouteWeights(stable: 100, canary: 0),
            gate: gate
        )
        statuses[name] = CanaryStatus(facts, previous: nil, at: start).json
    }

    /// Every phase that a status can have.
    package static let phases = Set(CanaryStatus.Phase.allCases.map(\.rawValue))
}
