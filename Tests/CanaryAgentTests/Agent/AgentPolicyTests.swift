import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryYAML
import Testing

/// What a platform's team allows, and what operators ask.
@Suite("Agent: policy and requests", .timeLimit(.minutes(2)))
struct AgentPolicyTests {
    @Test("a freeze keeps a release waiting, and says so, until it is lifted")
    func freeze() async throws {
        let rig = try AgentRig("shop", policy: ["freeze: { reason: change moratorium }"])
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")

        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.isReady("shop", "Frozen"), "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0])
        try AgentRig.preset(rig.fleet, [])
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }

    @Test("what only the cluster's policy may have is warned of once where it stands in another one")
    func foreignKeys() async throws {
        let rig = try AgentRig("shop")
        let head = "apiVersion: haldane.dev/v1\nkind: CanaryPolicy\nmetadata: { name: default, namespace: test1 }\n"
        let spec = "{ profiles: { main: { prometheus: { url: 'http://prometheus:9090' } } } }"
        try rig.fleet.server.apply(yaml: head + "spec: \(spec)\n")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        func warnings() -> [String] {
            rig.log.filter { $0.contains("event=trouble") && $0.contains("CanaryPolicy test1/default has profiles") }
        }
        #expect(await rig.eventually { !warnings().isEmpty }, "\(rig.log)")
        try AgentRig.preset(rig.fleet, ["maxConcurrent: 7"])
        #expect(await rig.eventually { rig.board.snapshot?.policies.contains { "\($0)".contains("7") } == true })
        #expect(warnings().count == 1 && warnings().allSatisfy { $0.contains("haldane-system/default") }, "\(rig.log)")
        try rig.fleet.server.apply(yaml: head + "spec: {}\n")
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=mended what=\"policy test1/default\"") } })
        await rig.stop()
    }

    @Test("a freeze in a folder's file without a namespace is the cluster's, and it is said which file to change")
    func freezeInFile() async throws {
        let canary = """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: shop }
            spec: { route: { virtualService: shop }, steps: [20%, 100%], \
            telemetry: { scrape: { pods: { port: 15020, via: direct } } } }

            """
        let policy = "apiVersion: haldane.dev/v1\nkind: CanaryPolicy\nmetadata: { name: default }\n"
        let rig = try AgentRig(
            "shop",
            specs: ["shop.yaml": canary, "policy.yaml": policy + "spec: { freeze: { reason: moratorium } }\n"]
        )
        rig.start()
        #expect(await rig.eventually { rig.log.contains { $0.contains("event=adopted") } }, "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        func frozen() -> String? { rig.log.first { $0.contains("reason=frozen") } }
        #expect(await rig.eventually { frozen() != nil }, "\(rig.log)")
        await rig.stop()

        let line = try #require(frozen())
        #expect(line.contains("the cluster is frozen until `freeze` is taken out of"), "\(line)")
        #expect(line.contains("/specs/policy.yaml: moratorium") && !line.contains("haldane freeze"), "\(line)")
    }

    @Test("a policy that is deleted while it freezes opens nothing, before there is one again")
    func deletedFreeze() async throws {
        let rig = try AgentRig("shop")
        func store(_ spec: String) throws {
            let head = "apiVersion: haldane.dev/v1\nkind: CanaryPolicy\nmetadata: { name: default, namespace: test1 }\n"
            try rig.fleet.server.apply(yaml: head + "spec: \(spec)\n")
        }
        try store("{ freeze: { reason: change moratorium } }")
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.isReady("shop", "Frozen"), "\(rig.log)")

        #expect(rig.fleet.server.delete(.canaryPolicies, "default", in: AgentRig.namespace))
        #expect(await rig.isReady("shop", "PolicyDeleted"), "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0])
        try store("{}")
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }

    @Test("no more rollouts go on at once than the policy allows, and each gets its turn")
    func maxConcurrent() async throws {
        let rig = try AgentRig("a", "b", "c", policy: ["maxConcurrent: 1"])
        rig.start()
        for name in ["a", "b", "c"] { #expect(await rig.isReady(name, "FirstSight"), "\(rig.log)") }

        for name in ["a", "b", "c"] { try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service(name)) }
        var most = 0
        let isDone = await rig.eventually(within: .seconds(60)) {
            most = max(most, ["a", "b", "c"].count { !rig.weights($0).contains(0) })
            return ["a", "b", "c"].allSatisfy { rig.weights($0) == [0, 100] }
        }
        await rig.stop()

        #expect(isDone, "\(rig.log)")
        #expect(most == 1)
        #expect(rig.log.contains { $0.contains("reason=max-concurrent") })
    }

    @Test("more rollbacks than the brakes bear freeze everything, in one word for all, until they are lifted")
    func brakes() async throws {
        let rig = try AgentRig("a", "b", "c", policy: ["brakes: { rollbacks: 1, within: 10h }"])
        rig.start()
        for name in ["a", "b", "c"] { #expect(await rig.isReady(name, "FirstSight"), "\(rig.log)") }

        for name in ["a", "b"] { try rig.fleet.deploy("bad1bad1bad", to: .v2, of: rig.service(name)) }
        #expect(await rig.eventually { rig.board.snapshot?.brakes.isEmpty == false }, "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("c"))
        #expect(await rig.isReady("c", "Brakes"), "\(rig.log)")
        func policy() -> JSONValue? {
            rig.fleet.server.view.object(.canaryPolicies, "default", in: AgentRig.agentNamespace)
        }
        #expect(await rig.eventually { policy()?["status"]?["brakes"]?["engaged"]?.bool == true })
        await rig.stop()

        #expect(
            rig.log.filter { $0.contains("event=notice") && $0.contains("reason=brakes") && !$0.contains("canary=") }
                .count == 1
        )
        #expect(rig.weights("c") == [100, 0])
    }

    @Test("requests on the object pause a run and roll it back, or are refused with the reason, and are answered there")
    func requests() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        func answer() -> String? {
            rig.status("shop").map { "\($0["request"]?["id"]?.string ?? "") \($0["request"]?["result"]?.string ?? "")" }
        }

        try rig.ask(.promote, of: "shop", id: "too-early")
        #expect(await rig.eventually { answer() == "too-early refused" }, "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.status("shop")?["run"] != nil }, "\(rig.log)")
        try rig.ask(.pause, of: "shop", id: "pause-001")
        #expect(await rig.eventually { answer() == "pause-001 accepted" }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["phase"]?.string == "Paused" }, "\(rig.log)")
        try rig.ask(.rollback, of: "shop", id: "rollback-001")
        #expect(await rig.eventually { answer() == "rollback-001 accepted" }, "\(rig.log)")
        #expect(await rig.eventually { rig.status("shop")?["lastRun"]?["by"] != nil }, "\(rig.log)")
        #expect(rig.weights("shop") == [100, 0])
        await rig.stop()
    }

    @Test("an agent that ends hands its run over, and the next one goes on with the evidence")
    func handover() async throws {
        let rig = try AgentRig("shop", halts: true)
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.eventually { rig.weights("shop") == [80, 20] }, "\(rig.log)")

        let began = ContinuousClock.now
        await rig.stop()
        let took = began.duration(to: .now)
        let lease = rig.fleet.server.view.object(.leases, "haldane-shop", in: AgentRig.namespace)

        #expect(took < .seconds(20))
        #expect(lease?["spec"]?["holderIdentity"]?.string ?? "" == "")
        #expect(lease?["metadata"]?["annotations"]?["haldane.dev/record"]?.string?.contains("\"run\":{") == true)
        #expect(rig.weights("shop") == [80, 20])
        #expect(!rig.board.readiness.isGood)
    }
}
