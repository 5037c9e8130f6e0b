import CanaryAgent
import CanaryCore
import CanaryTestKit
import CanaryYAML
import Testing

/// What an agent has to know of policies that were there before it began.
@Suite("Agent: policies that are gone", .timeLimit(.minutes(2)))
struct PolicyMemoryTests {
    private static func store(_ spec: String, in namespace: String = AgentRig.namespace, _ rig: AgentRig) throws {
        let head =
            "apiVersion: haldane.dev/v1\nkind: CanaryPolicy\nmetadata: { name: default, namespace: \(namespace) }\n"
        try rig.fleet.server.apply(yaml: head + "spec: \(spec)\n")
    }

    /// What is kept of a namespace's policy; empty if nothing is.
    private static func note(in namespace: String = AgentRig.namespace, _ rig: AgentRig) -> String {
        let lease = rig.fleet.server.view.object(.leases, PolicyNote.leaseName, in: namespace)
        return lease?["metadata"]?["annotations"]?[PolicyNote.key]?.string ?? ""
    }

    private static func delete(in namespace: String = AgentRig.namespace, _ rig: AgentRig) {
        #expect(rig.fleet.server.delete(.canaryPolicies, "default", in: namespace))
    }

    @Test(
        "a freeze that was deleted while an agent ran holds for the agent that begins after it, until there is a policy"
    )
    func deletedBefore() async throws {
        let first = try AgentRig("shop")
        try Self.store("{ freeze: { reason: change moratorium } }", first)
        first.start()
        #expect(await first.isReady("shop", "FirstSight"), "\(first.log)")
        #expect(await first.eventually { Self.note(first).contains("change moratorium") }, "\(first.log)")
        Self.delete(first)
        #expect(await first.eventually { first.log.contains { $0.contains("was deleted while releases") } })
        await first.stop()

        let second = try AgentRig("shop", identity: "second", beside: first)
        second.start()
        try second.fleet.deploy("aaaaaaaaaa", to: .v2, of: second.service("shop"))
        #expect(await second.isReady("shop", "PolicyDeleted"), "\(second.log)")
        #expect(second.weights("shop") == [100, 0])
        #expect(second.status("shop")?["message"]?.string?.contains("change moratorium") == true)

        try Self.store("{}", second)
        #expect(await second.eventually { second.weights("shop") == [0, 100] }, "\(second.log)")
        #expect(await second.eventually { Self.note(second).isEmpty }, "\(second.log)")
        await second.stop()
    }

    @Test("one that is deleted while no agent is alive holds as well, and one that is lifted first does not")
    func deletedBetween() async throws {
        let first = try AgentRig("shop")
        try Self.store("{ freeze: { reason: change moratorium } }", first)
        first.start()
        #expect(await first.isReady("shop", "FirstSight"), "\(first.log)")
        #expect(await first.eventually { !Self.note(first).isEmpty }, "\(first.log)")
        await first.stop()
        Self.delete(first)
        let second = try AgentRig("shop", identity: "second", beside: first)
        second.start()
        try second.fleet.deploy("aaaaaaaaaa", to: .v2, of: second.service("shop"))
        #expect(await second.isReady("shop", "PolicyDeleted"), "\(second.log)")
        try Self.store("{ maxConcurrent: 3 }", second)
        #expect(await second.eventually { second.weights("shop") == [0, 100] }, "\(second.log)")
        #expect(await second.eventually { Self.note(second).isEmpty }, "\(second.log)")
        Self.delete(second)
        await second.stop()

        let third = try AgentRig("shop", identity: "third", beside: first)
        third.start()
        try third.fleet.deploy("cccccccccc", to: .v1, of: third.service("shop"))
        #expect(await third.eventually { third.weights("shop") == [100, 0] }, "\(third.log)")
        await third.stop()
    }

    @Test("brakes of the cluster that hold are not let go by deleting their policy, before they are lifted")
    func brakes() async throws {
        let first = try AgentRig("a", "b", "c", policy: ["brakes: { rollbacks: 1, within: 10h }"])
        first.start()
        for name in ["a", "b", "c"] { #expect(await first.isReady(name, "FirstSight"), "\(first.log)") }
        for name in ["a", "b"] { try first.fleet.deploy("bad1bad1bad", to: .v2, of: first.service(name)) }
        let home = AgentRig.agentNamespace
        #expect(await first.eventually { Self.note(in: home, first).contains("engaged") }, "\(first.log)")
        await first.stop()
        Self.delete(in: home, first)

        let second = try AgentRig("a", "b", "c", identity: "second", beside: first)
        second.start()
        try AgentRig.preset(second.fleet, ["brakes: { rollbacks: 1, within: 10h }"])
        try second.fleet.deploy("aaaaaaaaaa", to: .v2, of: second.service("c"))
        #expect(await second.isReady("c", "Brakes"), "\(second.log)")
        func policy() -> JSONValue? { second.fleet.server.view.object(.canaryPolicies, "default", in: home) }
        // As it was, with the mark that a lift has to name.
        #expect(await second.eventually { policy()?["status"]?["brakes"]?["engaged"]?.bool == true })
        #expect(second.weights("c") == [100, 0])
        await second.stop()
    }

    @Test("what was kept and cannot be read keeps the namespace closed, says where it is, and yields to a policy")
    func damaged() async throws {
        let rig = try AgentRig("shop")
        try rig.fleet.server.apply(
            yaml: """
                apiVersion: coordination.k8s.io/v1
                kind: Lease
                metadata:
                  name: \(PolicyNote.leaseName)
                  namespace: test1
                  labels: { app.kubernetes.io/managed-by: haldane, haldane.dev/role: policy }
                  annotations: { \(PolicyNote.key): '{"schema":"haldane.policy/9"}' }
                spec: {}

                """
        )
        rig.start()
        #expect(await rig.isReady("shop", "FirstSight"), "\(rig.log)")
        try rig.fleet.deploy("aaaaaaaaaa", to: .v2, of: rig.service("shop"))
        #expect(await rig.isReady("shop", "PolicyDeleted"), "\(rig.log)")
        #expect(rig.status("shop")?["message"]?.string?.contains("Lease test1/haldane-agent") == true)
        #expect(Self.note(rig).contains("haldane.policy/9"))
        try Self.store("{}", rig)
        #expect(await rig.eventually { rig.weights("shop") == [0, 100] }, "\(rig.log)")
        await rig.stop()
    }

    @Test("files that froze and are gone hold for the agent that begins after it, and do not touch notes of objects")
    func files() async throws {
        let canary = """
            apiVersion: haldane.dev/v1
            kind: Canary
            metadata: { name: shop, namespace: test1 }
            spec: { route: { virtualService: shop }, \
            telemetry: { scrape: { pods: { port: 15020, via: direct } } }, \
            pace: { interval: 5s, history: 150s, settle: 5s, warmup: 0s, deadline: 10h, bake: 30s } }

            """
        let policy = """
            apiVersion: haldane.dev/v1
            kind: CanaryPolicy
            metadata: { name: default, namespace: test1 }
            spec: { freeze: { reason: change moratorium } }

            """
        let first = try AgentRig("shop", specs: ["shop.yaml": canary, "policy.yaml": policy])
        func stored() -> String? {
            let lease = first.fleet.server.view.object(.leases, PolicyNote.leaseName, in: AgentRig.namespace)
            return lease?["metadata"]?["annotations"]?[PolicyNote.fileKey]?.string
        }
        first.start()
        #expect(await first.eventually { stored()?.contains("change moratorium") == true }, "\(first.log)")
        #expect(Self.note(first).isEmpty)
        #expect(await first.eventually { first.log.contains { $0.contains("event=adopted") } }, "\(first.log)")
        await first.stop()

        let second = try AgentRig("shop", specs: ["shop.yaml": canary], identity: "second", beside: first)
        second.start()
        try second.fleet.deploy("aaaaaaaaaa", to: .v2, of: second.service("shop"))
        #expect(
            await second.eventually {
                second.log.contains { $0.contains("event=waiting") && $0.contains("reason=policy-deleted") }
            },
            "\(second.log)"
        )
        #expect(second.weights("shop") == [100, 0])
        await second.stop()
    }
}
