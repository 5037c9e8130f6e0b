import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryReport
import CanaryTestKit
import CanaryYAML
import Testing

/// An agent that begins while nobody lets it read the policies.
@Suite("Agent: policies that cannot be read", .timeLimit(.minutes(2)))
struct PolicyOutageTests {
    /// A run at 80/20 that its agent has handed over, under policies that cannot be listed any more.
    private func left() async throws -> (rig: AgentRig, fault: Int) {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        await rig.stop()
        let fault = rig.fleet.server.inject(
            Fault(
                .status(FaultStatus(code: 403, reason: "Forbidden", message: "not yours")),
                on: ["list"],
                kind: .canaryPolicies,
                times: nil
            )
        )
        return (rig, fault)
    }

    private func second(beside first: AgentRig, patience: Duration) throws -> AgentRig {
        try AgentRig("shop", identity: "second", beside: first) { $0.policyPatience = patience }
    }

    @Test(
        "a run of a dead process is gone on with, steps up only when the policies are known, and what it waits for is said"
    )
    func waits() async throws {
        let (first, fault) = try await left()
        let rig = try second(beside: first, patience: .milliseconds(200))
        rig.goOn()
        rig.start()

        #expect(await rig.eventually { rig.log.contains { $0.contains("event=takeover") } }, "\(rig.log)")
        // Long enough for everything that it could prove.
        let began = rig.now
        #expect(await rig.eventually { rig.now.since(began) > .seconds(400) })
        #expect(rig.weights("shop") == [80, 20], "\(rig.log)")
        let status = rig.status("shop").map { String(decoding: JSONText.bytes(of: $0), as: UTF8.self) } ?? ""
        #expect(status.contains("the CanaryPolicies cannot be read"), "\(status)")
        #expect(rig.log.contains { $0.contains("event=trouble what=policies") && $0.contains("no weight is raised") })
        #expect(!rig.board.readiness.isGood)

        rig.fleet.server.clear(fault: fault)
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        #expect(await rig.eventually { rig.board.readiness.isGood })
        await rig.stop()
    }

    @Test("a rollback that an operator asks for goes through all the same")
    func rollback() async throws {
        let (first, _) = try await left()
        let rig = try second(beside: first, patience: .milliseconds(200))
        rig.goOn()
        rig.start()
        #expect(await rig.eventually { rig.status("shop")?["run"] != nil }, "\(rig.log)")
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=takeover") } }, "\(rig.log)")
        try rig.ask(.rollback, of: "shop", id: "rollback-001")
        #expect(await rig.eventually { rig.weights("shop") == [100, 0] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["request"]?["result"]?.string == "accepted" }, "\(rig.log)")
        await rig.stop()
    }

    @Test("a canary that gets worse is rolled back all the same")
    func worse() async throws {
        let (first, _) = try await left()
        try first.fleet.deploy("bad1bad1bad", to: .v2, of: first.service("shop"))
        let rig = try second(beside: first, patience: .milliseconds(200))
        rig.goOn()
        rig.start()
        #expect(await rig.eventually { rig.weights("shop") == [100, 0] }, "\(rig.log)")
        #expect(!rig.log.contains { $0.contains("event=begin") }, "\(rig.log)")
        await rig.stop()
    }

    @Test("for a while it is waited whether the policies can be read: nothing is taken over before")
    func patience() async throws {
        let (first, fault) = try await left()
        let rig = try second(beside: first, patience: .seconds(60))
        rig.goOn()
        rig.start()
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=trouble what=policies") } }, "\(rig.log)")
        // It tries again after two seconds, and may read them then.
        rig.fleet.server.clear(fault: fault)
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        let known = rig.log.firstIndex { $0.contains("event=mended what=policies") }
        let taken = rig.log.firstIndex { $0.contains("event=takeover") }
        #expect(known != nil && taken != nil && known ?? 0 < taken ?? 0, "\(rig.log)")
        await rig.stop()
    }

    @Test("a freeze that comes holds a run that has no object too")
    func stranger() async throws {
        let first = try AgentRig("shop", shards: false, halts: true)
        first.start()
        #expect(await first.isReady("shop", "FirstSight"), "\(first.log)")
        try first.fleet.deploy("aaaaaaaaaa", to: .v2, of: first.service("shop"))
        #expect(await first.eventually { first.weights("shop") == [80, 20] }, "\(first.log)")
        await first.stop()
        // As a CI job leaves it, which had no object.
        let lease = first.fleet.server.view.object(.leases, "haldane-shop", in: AgentRig.namespace)
        let record = lease?["metadata"]?["annotations"]?[RolloutObject.recordKey]?.string ?? ""
        try first.annotate(
            .leases,
            "haldane-shop",
            in: AgentRig.namespace,
            [RolloutObject.recordKey: record.replacing("\"by\":\"haldane-agent\"", with: "\"by\":\"ci\"")]
        )
        #expect(first.fleet.server.delete(.canaries, "shop", in: AgentRig.namespace))

        let rig = try AgentRig("shop", identity: "second", shards: false, beside: first)
        rig.start()
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=takeover") } }, "\(rig.log)")
        try AgentRig.preset(rig.fleet, ["freeze: { reason: change moratorium }"])
        #expect(await rig.eventually { rig.board.snapshot?.policies.first?.freeze != nil }, "\(rig.log)")
        rig.goOn()
        let began = rig.now
        #expect(await rig.eventually { rig.now.since(began) > .seconds(400) })
        #expect(rig.weights("shop") == [80, 20], "\(rig.log)")
        try AgentRig.preset(rig.fleet, [])
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }
}
