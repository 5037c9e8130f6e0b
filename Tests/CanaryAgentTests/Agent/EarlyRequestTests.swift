import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

/// Requests that are there before anybody can obey them.
@Suite("Agent: early requests", .timeLimit(.minutes(2)))
struct EarlyRequestTests {
    @Test("a rollback that is asked while a run is handed over waits for the run and is obeyed")
    func takeover() async throws {
        let one = try AgentRig("shop", identity: "one", shards: false, halts: true)
        one.start()
        #expect(await one.isReady("shop", "FirstSight"), "\(one.log)")
        try one.fleet.deploy("aaaaaaaaaa", to: .v2, of: one.service("shop"))
        #expect(await one.eventually { one.weights("shop") == [80, 20] }, "\(one.log)")
        await one.stop()

        let two = try AgentRig("shop", identity: "two", shards: false, beside: one)
        try two.ask(.rollback, of: "shop", id: "rollback-001")
        two.start()
        #expect(await two.eventually { two.weights("shop") == [100, 0] }, "\(two.log)")
        #expect(
            await two.eventually { two.status("shop")?["request"]?["result"]?.string == "accepted" },
            "\(two.log)"
        )
        one.goOn()
        #expect(await two.eventually { two.status("shop")?["lastRun"]?["id"] != nil }, "\(two.log)")
        await two.stop()

        #expect(two.log.contains { $0.contains("event=request-waits") }, "\(two.log)")
        #expect(!two.log.contains { $0.contains("result=refused") }, "\(two.log)")
        #expect(two.status("shop")?["lastRun"]?["outcome"]?.string?.hasPrefix("rolledBack") == true)
    }

    @Test("a rollback of a split that nobody looks after is obeyed by an agent that starts after it was asked")
    func restart() async throws {
        let rig = try AgentRig("shop")
        try rig.fleet.set([70, 30], of: rig.service("shop"))
        try rig.ask(.rollback, of: "shop", id: "rollback-001")
        rig.start()
        #expect(await rig.eventually { rig.weights("shop") == [100, 0] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["id"] != nil }, "\(rig.log)")
        await rig.stop()
    }

    /// A split that nobody looks after, whose rollback is asked while the Leases of rollouts cannot be written.
    private func refused() async throws -> (rig: AgentRig, fault: Int) {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        let refusal = FaultStatus(code: 403, reason: "Forbidden", message: "leases is forbidden: not yours")
        let fault = rig.fleet.server.inject(
            Fault(.status(refusal), on: ["update"], kind: .leases, namespace: AgentRig.namespace, times: nil)
        )
        try rig.fleet.set([70, 30], of: rig.service("shop"))
        #expect(await rig.eventually { rig.status("shop")?["weights"]?["canary"] == 30 }, "\(rig.log)")
        try rig.ask(.rollback, of: "shop", id: "rollback-001")
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=not-begun") } }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["result"] == "pending" }, "\(rig.log)")
        #expect(rig.weights("shop") == [70, 30])
        return (rig, fault)
    }

    @Test("a rollback whose run cannot begin is asked again until one can, and is answered by that one")
    func again() async throws {
        let (rig, fault) = try await refused()
        rig.fleet.server.clear(fault: fault)

        #expect(await rig.eventually { rig.weights("shop") == [100, 0] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["result"] == "accepted" }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["id"] != nil }, "\(rig.log)")
        try rig.ask(.pause, of: "shop", id: "pause-0001")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["id"] == "pause-0001" }, "\(rig.log)")
        await rig.stop()
    }

    @Test("what waits for a run is not done to weights that it was not asked about, and yields to a newer word")
    func overtaken() async throws {
        let (rig, fault) = try await refused()
        try rig.fleet.set([90, 10], of: rig.service("shop"))
        #expect(await rig.eventually { rig.status("shop")?["request"]?["result"] == "refused" }, "\(rig.log)")
        let words = rig.status("shop")?["request"]?["message"]?.string ?? ""
        #expect(words.contains("70/30 when it was asked and are 90/10 now"), "\(words)")

        try rig.ask(.rollback, of: "shop", id: "rollback-002")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["result"] == "pending" }, "\(rig.log)")
        try rig.ask(.pause, of: "shop", id: "pause-0001")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["id"] == "pause-0001" }, "\(rig.log)")
        #expect(rig.status("shop")?["request"]?["result"] == "refused", "\(rig.log)")
        rig.fleet.server.clear(fault: fault)
        await rig.stop()
        #expect(rig.weights("shop") == [90, 10])
    }
}
