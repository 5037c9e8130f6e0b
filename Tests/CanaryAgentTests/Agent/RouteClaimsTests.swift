import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Testing

/// Two canaries on one rule, and a Lease that somebody deletes.
@Suite("Agent: whose a route is", .timeLimit(.minutes(2)))
struct RouteClaimsTests {
    private func stalled(_ rig: AgentRig, _ name: String) -> String? {
        rig.status(name)?["conditions"]?.items?.first { $0["type"]?.string == "Stalled" }?["reason"]?.string
    }

    @Test("of two canaries on one rule the older one looks after it, and the other says so and never begins")
    func shared() async throws {
        let rig = try AgentRig("shop")
        try rig.fleet.server.apply(
            yaml: """
                apiVersion: haldane.dev/v1
                kind: Canary
                metadata: { name: zweiter, namespace: test1, creationTimestamp: "2099-01-01T00:00:00Z" }
                spec: { route: { virtualService: shop } }

                """
        )
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        #expect(await rig.eventually { stalled(rig, "zweiter") == "RouteShared" }, "\(rig.log)")
        #expect(rig.status("zweiter")?["message"]?.string?.contains("test1/shop") == true)

        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["outcome"]?.string == "promoted" }, "\(rig.log)")
        await rig.stop()

        #expect(!rig.log.contains { $0.contains("event=begin") && $0.contains("canary=zweiter") }, "\(rig.log)")
    }

    @Test("a release waits for the run that goes on under another name on the same rule, and begins at its end")
    func runElsewhere() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        let (custody, header) = try await byHand(rig)
        let baseline = RouteWeights(stable: 100, canary: 0)
        try await custody.begin(RolloutRecord.Run(header: header, baseline: baseline), header)

        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=waiting") } }, "\(rig.log)")
        #expect(rig.log.contains { $0.contains("reason=route-shared") && $0.contains("run-20260101T000000-1") })
        #expect(await rig.isReady("shop", "RouteShared"), "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0])
        custody.remember { $0.run = nil }
        await custody.abandon()
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }

    /// What `haldane run` by hand has before it begins, under another name on the same rule.
    private func byHand(_ rig: AgentRig) async throws -> (ClusterCustody, RunHeader) {
        let host = rig.service("shop").host
        let spec = CanarySpec(
            name: "by-hand",
            namespace: AgentRig.namespace,
            route: RouteSpec(
                object: "shop",
                stable: DestinationSpec(host: host, subset: "v1"),
                canary: DestinationSpec(host: host, subset: "v2")
            ),
            telemetry: TelemetrySpec(pods: PodScrape())
        )
        let header = RunHeader(
            version: "test",
            run: "run-20260101T000000-1",
            startedAt: rig.now,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService test1/shop",
            by: "alice@laptop"
        )
        let custody = try await ClusterCustody.claim(
            CanaryKey(spec),
            client: rig.client,
            identity: HolderIdentity("alice@laptop"),
            inbox: RunInbox()
        )
        return (custody, header)
    }

    @Test("a run by hand under another name is refused while the agent's run is at work on the rule")
    func agentFirst() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")
        let (custody, header) = try await byHand(rig)
        let error = await #expect(throws: AgentError.self) {
            let baseline = RouteWeights(stable: 80, canary: 20)
            try await custody.begin(RolloutRecord.Run(header: header, baseline: baseline), header)
        }
        await custody.abandon()
        rig.goOn()

        #expect(error?.message.contains("test1/shop") == true && error?.message.contains("agent-1 holds it") == true)
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }

    @Test("an agent that has not heard of a run by hand on its rule finds out before it writes, and says so")
    func unheard() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        rig.fleet.server.silenceWatches(of: .leases)
        let (custody, header) = try await byHand(rig)
        let baseline = RouteWeights(stable: 100, canary: 0)
        try await custody.begin(RolloutRecord.Run(header: header, baseline: baseline), header)
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))

        #expect(await rig.isReady("shop", "NotBegun"), "\(rig.log)")
        #expect(rig.status("shop")?["message"]?.string?.contains("test1/by-hand") == true)
        #expect(rig.weights("shop") == [100, 0])
        await custody.abandon()
        await rig.stop()
    }

    @Test("a Lease that is deleted by hand is forgotten with all that it told")
    func deletedLease() async throws {
        let rig = try AgentRig("shop")
        rig.start()
        #expect(await rig.isReady("shop", "Known"), "\(rig.log)")

        rig.fleet.server.delete(.leases, "haldane-shop", in: AgentRig.namespace)
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=record-gone") } }, "\(rig.log)")
        // What is there is taken as known once more.
        #expect(
            await rig.eventually { rig.log.filter { $0.contains("event=adopted") }.count == 2 },
            "\(rig.log)"
        )
        await rig.stop()
    }
}
