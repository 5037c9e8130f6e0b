import CanaryAgent
import CanaryCore
import Testing

struct SpecGateTests {
    private let now = Timestamp(milliseconds: 1_780_000_000_000)
    private let spec = CanarySpec(
        name: "reviews",
        namespace: "shop",
        route: RouteSpec(
            object: "reviews",
            stable: DestinationSpec(subset: "v1"),
            canary: DestinationSpec(subset: "v2")
        ),
        telemetry: TelemetrySpec()
    )

    private var header: RunHeader {
        RunHeader(
            version: "0",
            run: "run-1",
            startedAt: now,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews"
        )
    }

    private func closed(_ policy: CanaryPolicy) async -> Reason? {
        await SpecGate(policy, of: spec).closed(for: header, at: now)
    }

    @Test("a spec's own freeze keeps a run without an agent from stepping up, as long as it holds")
    func freeze() async {
        var policy = CanaryPolicy()
        #expect(await closed(policy) == nil)

        policy.freeze = CanaryPolicy.Freeze(reason: "audit", until: now.advanced(by: .seconds(60)))
        #expect(await closed(policy)?.label == "frozen")
        #expect(await closed(policy)?.text.contains("audit") == true)

        policy.freeze = CanaryPolicy.Freeze(reason: "audit", until: now.advanced(by: .seconds(-60)))
        #expect(await closed(policy) == nil)

        policy.freeze = CanaryPolicy.Freeze(reason: "audit")
        let words = "shop/reviews is frozen until a new run of a spec that does not say so: audit"
        #expect(await closed(policy)?.text == words)
    }

    @Test("a stable version that burnt its objective before the run keeps it from its first step")
    func burntBefore() async {
        var policy = CanaryPolicy()
        policy.objective = CanaryPolicy.StableObjective(success: 0.999, burnRate: 2, over: .seconds(300))
        func gate(stableFailures failures: Double) -> SpecGate {
            let traffic = EvenTraffic(stableFailures: failures)
            let gate = SpecGate(policy, of: spec)
            gate.recall(
                (1...60).map { round in
                    TimedWindow(
                        at: now.advanced(by: .seconds(5 * (round - 61))),
                        window: traffic.window(round: round, canaryPercent: 0)
                    )
                }
            )
            return gate
        }

        #expect(await gate(stableFailures: 0.005).closed(for: header, at: now)?.label == "stable-burning")
        #expect(await gate(stableFailures: 0.0005).closed(for: header, at: now) == nil)
    }

    @Test("what counts the releases of others is named, because nobody does it without an agent")
    func warning() {
        var policy = CanaryPolicy()
        #expect(SpecGate.warning(nil) == nil && SpecGate.warning(policy) == nil)

        policy.maxConcurrent = 2
        policy.brakes = CanaryPolicy.Brakes(rollbacks: 3)
        #expect(SpecGate.warning(policy)?.hasPrefix("policy.maxConcurrent and policy.brakes: only an agent") == true)
    }
}
