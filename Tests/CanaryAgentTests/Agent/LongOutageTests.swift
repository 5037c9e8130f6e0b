import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Testing

/// A whole agent whose API server is away, in time that runs a hundred times as fast for the rollout.
@Suite("Agent: a long outage of the API", .timeLimit(.minutes(2)))
struct LongOutageTests {
    @Test("with the API away for thirty minutes nothing is written and nothing lost; then the same run is promoted")
    func away() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        try #require(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")

        rig.fleet.server.goAway()
        let since = rig.now
        let (found, requests) = (rig.weights("shop"), rig.fleet.server.view.requestsMade)
        #expect(await rig.eventually(within: .seconds(60)) { rig.now.since(since) >= .seconds(1800) })
        #expect(rig.weights("shop") == found)
        #expect(rig.fleet.server.view.requestsMade == requests)
        try rig.fleet.server.comeBack()

        #expect(await rig.eventually(within: .seconds(60)) { rig.lastRun("shop") != nil }, "\(rig.log)")
        await rig.stop()
        #expect(rig.weights("shop") == [0, 100], "\(rig.log)")
        #expect(rig.status("shop")?["lastRun"]?["outcome"]?.string?.hasPrefix("promoted") == true, "\(rig.log)")
        let started = rig.log.filter { $0.contains("event=started route=") }
        #expect(started.count == 1 && started[0].contains("run=\(rig.lastRun("shop") ?? "-") "), "\(started)")
    }

    @Test("a run that ends while the API is away has ended: nobody begins it again from what was kept of it")
    func ended() async throws {
        let rig = try AgentRig("shop", halts: true) { $0.leaseDuration = .seconds(3) }
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        try #require(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        // Its state is in the cluster, and not its end.
        #expect(await rig.eventually { rig.hasSnapshot("shop") }, "\(rig.log)")

        rig.fleet.server.goAway()
        rig.traffic.lose()
        rig.goOn()
        #expect(await rig.eventually(within: .seconds(60)) { rig.log.contains { $0.contains("event=finished") } })
        // Longer than the farewell lasts.
        let since = ContinuousClock.now
        #expect(await rig.eventually { since.duration(to: .now) > .seconds(11) })
        try rig.fleet.server.comeBack()

        #expect(await rig.eventually { rig.lastRun("shop") != nil }, "\(rig.log)")
        #expect(await rig.eventually { rig.record("shop") == "ended" }, "\(rig.log)")
        #expect(await rig.eventually { !rig.hasSnapshot("shop") }, "\(rig.log)")
        #expect(rig.status("shop")?["lastRun"]?["outcome"] == "held(telemetryLost)", "\(rig.log)")
        #expect(rig.log.count { $0.contains("event=finished") } == 1, "\(rig.log)")
        #expect(!rig.log.contains { $0.contains("event=takeover") }, "\(rig.log)")
        #expect(rig.weights("shop") == [80, 20])
        await rig.stop()
    }
}

extension AgentRig {
    fileprivate func hasSnapshot(_ name: String) -> Bool {
        fleet.server.view.object(.configMaps, "haldane-\(name)", in: Self.namespace) != nil
    }

    /// What the Lease of a canary tells: `run`, `ended`, or nil if it is held or tells nothing.
    fileprivate func record(_ name: String) -> String? {
        guard let object = fleet.server.view.object(.leases, "haldane-\(name)", in: Self.namespace),
            let record = StoredRecord(Lease(KubernetesObject(object))).value
        else { return nil }
        return record.run != nil ? "run" : record.memory.last != nil ? "ended" : nil
    }

    /// The run that a canary's status names as the last one.
    fileprivate func lastRun(_ name: String) -> String? { status(name)?["lastRun"]?["id"]?.string }
}
