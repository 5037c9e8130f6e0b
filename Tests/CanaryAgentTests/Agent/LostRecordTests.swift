import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

/// Records that are made garbage while the agent that wrote them is dead.
@Suite("Agent: records that cannot be read", .timeLimit(.minutes(2)))
struct LostRecordTests {
    /// A run at 80/20 whose agent is dead, with garbage for a record; another agent of the same cluster.
    private func dead(_ change: (AgentRig) throws -> Void = { _ in }) async throws -> AgentRig {
        let rig = try AgentRig("shop", shards: false, halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["canary"]?["weight"] == 20 }, "\(rig.log)")
        await rig.stop()
        // It handed the run over; one that dies does not.
        try rig.fleet.server.change(.leases, "haldane-shop", in: AgentRig.namespace) { object in
            var members = object.members ?? [:]
            members["spec"] = .object((object["spec"]?.members ?? [:]).merging(["holderIdentity": "agent-1"]) { $1 })
            object = .object(members)
        }
        try rig.annotate(.leases, "haldane-shop", in: AgentRig.namespace, [RolloutObject.recordKey: "{garbage"])
        try change(rig)
        rig.goOn()
        let two = try AgentRig("shop", identity: "two", shards: false, beside: rig)
        two.start()
        return two
    }

    private func forgetState(_ rig: AgentRig) {
        rig.fleet.server.delete(.configMaps, "haldane-shop", in: AgentRig.namespace)
    }

    private func stalled(_ rig: AgentRig) -> JSONValue? {
        rig.status("shop")?["conditions"]?.items?.first { $0["type"]?.string == "Stalled" }
    }

    @Test("the run is taken back by what its agent kept, and nobody has to delete the Lease")
    func kept() async throws {
        let two = try await dead()
        #expect(await two.eventually { two.weights("shop") == [100, 0] }, "\(two.log)")
        #expect(
            await two.eventually { two.status("shop")?["lastRun"]?["outcome"]?.string == "rolledBack" },
            "\(two.log)"
        )
        await two.stop()

        #expect(
            two.log.contains { $0.contains("the state that was kept of the run says that v1 is stable") },
            "\(two.log)"
        )
    }

    @Test("without that it is taken back by what the Canary's status says of the split")
    func told() async throws {
        let two = try await dead { forgetState($0) }
        #expect(await two.eventually { two.weights("shop") == [100, 0] }, "\(two.log)")
        await two.stop()

        #expect(two.log.contains { $0.contains("the status of the Canary says that v1 is stable") }, "\(two.log)")
    }

    @Test("where nothing is certain the split stays, and the status says what was tried and what to do")
    func unknown() async throws {
        let two = try await dead { rig in
            forgetState(rig)
            try rig.fleet.server.change(.canaries, "shop", in: AgentRig.namespace) { object in
                var members = object.members ?? [:]
                members["status"] = nil
                object = .object(members)
            }
        }
        #expect(
            await two.eventually { stalled(two)?["message"]?.string?.contains("no status tells of a run") == true },
            "\(two.log)"
        )
        #expect(stalled(two)?["reason"] == "RecordUnreadable" && stalled(two)?["status"] == "True")
        #expect(two.status("shop")?["message"]?.string?.contains("delete the Lease") == true)
        #expect(two.weights("shop") == [80, 20])
        await two.stop()
    }
}
