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
}
