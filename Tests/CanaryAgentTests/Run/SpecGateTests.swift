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

    private func closed(_ policy: CanaryPolicy) async -> Reason? {
        let header = RunHeader(
            version: "0",
            run: "run-1",
            startedAt: now,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews"
        )
        return await SpecGate(policy, of: spec).closed(for: header, at: now)
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
