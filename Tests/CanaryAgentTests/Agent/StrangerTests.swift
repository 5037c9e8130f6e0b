import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

/// Runs that an agent goes on with although it knows no spec for them but the one that was kept.
@Suite("Agent: runs without a spec of their own", .timeLimit(.minutes(2)))
struct StrangerTests {
    /// A run at 80/20 whose agent has left it, and whose Canary names a route that is not there.
    private func left(_ policy: [String]) async throws -> AgentRig {
        let rig = try AgentRig("shop", policy: policy, shards: false, halts: true)
        let spec = "{ route: { virtualService: shop }, telemetry: { scrape: { pods: { via: apiServer } } } }"
        try rig.fleet.addCanary(for: rig.service("shop"), spec: spec)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        await rig.stop()
        try rig.fleet.addCanary(for: rig.service("shop"), spec: "{ route: { virtualService: nothing } }")
        rig.goOn()
        return rig
    }

    @Test("what the cluster's policy allows is asked, and the run is gone on with to its end")
    func allowed() async throws {
        let one = try await left(["podsProxy: true"])
        let two = try AgentRig("shop", identity: "two", shards: false, beside: one)
        two.start()
        #expect(await two.eventually { two.weights("shop") == [0, 100] }, "\(two.log)")
        await two.stop()
    }

    @Test("what it does not allow any more is not asked, and the run does what guards.onOrphan says")
    func refused() async throws {
        let one = try await left(["podsProxy: true"])
        try AgentRig.preset(one.fleet, [])
        let two = try AgentRig("shop", identity: "two", shards: false, beside: one)
        two.start()
        #expect(await two.eventually { two.weights("shop") == [100, 0] }, "\(two.log)")
        await two.stop()
        #expect(two.log.contains { $0.contains("reason=orphaned") }, "\(two.log)")
    }
}
