import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// What a platform's team forbids, while a sweep goes on with a run.
@Suite("A sweep and policies", .timeLimit(.minutes(2)))
struct SweptPoliciesTests {
    private let rig: SweepRig

    init() throws { rig = try SweepRig() }

    private func forbid(_ verb: String, in namespace: String? = nil) -> Int {
        let refusal = FaultStatus(code: 403, reason: "Forbidden", message: "canarypolicies is forbidden: not yours")
        return rig.custody.cluster.server.inject(
            Fault(.status(refusal), on: [verb], kind: .canaryPolicies, namespace: namespace, times: nil)
        )
    }

    /// Sweeps while a body asks and looks, and ends the sweep after it.
    private func sweeping(in namespace: String? = nil, _ body: () async throws -> Void) async throws {
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox, in: namespace)
        #expect(await rig.eventually { rig.custody.lease?.holder.isEmpty == false })
        try await body()
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping
        await rig.custody.http.shutdown()
    }

    @Test("a freeze that comes while it is at the run holds the weights, and lets them go when it is lifted")
    func freeze() async throws {
        try await rig.leave()
        try await sweeping { () async throws in
            #expect(try await rig.isHeld(by: "nothing but evidence is missing"), "\(String(describing: rig.answer))")
            try rig.store("{ freeze: { reason: change moratorium } }", in: SweepRig.agentNamespace)
            #expect(try await rig.isHeld(by: "the cluster is frozen"), "\(String(describing: rig.answer))")
            #expect(rig.answer?["result"] == "refused")
            try rig.store("{}", in: SweepRig.agentNamespace)
            try rig.ask(.pause)
            #expect(await rig.eventually { rig.answer?["result"] == "accepted" })
        }
    }

    @Test(
        "the namespace's freeze, brakes that hold and the canary's own rules hold as well, for a sweep of one namespace"
    )
    func scopes() async throws {
        try await rig.leave()
        try rig.store("{ freeze: { reason: change moratorium } }", in: "test1")
        try await sweeping(in: "test1") { () async throws in
            #expect(try await rig.isHeld(by: "namespace test1 is frozen"), "\(String(describing: rig.answer))")
            try rig.store("{}", in: "test1")
            try rig.custody.cluster.server.change(.canaries, "demo4", in: "test1") { object in
                var members = object.members ?? [:]
                var spec = members["spec"]?.members ?? [:]
                spec["policy"] = ["freeze": ["reason": "not this one"]]
                members["spec"] = .object(spec)
                object = .object(members)
            }
            #expect(try await rig.isHeld(by: "not this one"), "\(String(describing: rig.answer))")
        }
    }

    @Test("a closed window is passed by a plain promotion, once, as with an agent")
    func window() async throws {
        try await rig.leave()
        // Never open: from a minute of a day that is not today to the next.
        let today = SweepRig.now.milliseconds / 86_400_000 % 7
        // 1 January 1970 was a Thursday.
        let days = ["thu", "fri", "sat", "sun", "mon", "tue", "wed"]
        let other = days[Int((today + 3) % 7)]
        try rig.store("{ windows: [{ days: [\(other)], from: '10:00', to: '10:01' }] }", in: SweepRig.agentNamespace)
        try await sweeping { () async throws in
            #expect(try await rig.isHeld(by: "the next step goes past this once: outside of the release windows"))
            #expect(rig.answer?["result"] == "accepted", "\(String(describing: rig.answer))")
        }
    }

    @Test("policies that may not be read let no weight rise, which is said with what to grant; a rollback goes through")
    func forbidden() async throws {
        try await rig.leave(at: (50, 50), onOrphan: .rollback)
        _ = forbid("list")
        let inbox = RunInbox()
        async let sweeping = rig.sweep(inbox)
        #expect(await rig.eventually { rig.notes.contains { $0.contains("no weight is raised") } }, "\(rig.notes)")
        let note = rig.notes.first { $0.contains("no weight is raised") } ?? ""
        #expect(note.contains("rollbacks go on") && note.contains("canarypolicies"), "\(note)")
        #expect(await rig.eventually { rig.custody.cluster.weights() == [100, 0] }, "\(rig.notes)")
        inbox.send(.interrupt("terminated (SIGTERM)"))
        _ = try await sweeping
        #expect(rig.notes.count { $0.contains("no weight is raised") } == 1, "\(rig.notes)")
        await rig.custody.http.shutdown()
    }

    @Test("the cluster's policy that may not be read closes a sweep of one namespace too, until it may")
    func forbiddenHome() async throws {
        try await rig.leave()
        let fault = forbid("get", in: SweepRig.agentNamespace)
        try await sweeping(in: "test1") { () async throws in
            #expect(try await rig.isHeld(by: "the CanaryPolicies cannot be read"), "\(String(describing: rig.answer))")
            rig.custody.cluster.server.clear(fault: fault)
            #expect(try await rig.isHeld(by: "nothing but evidence is missing"), "\(String(describing: rig.answer))")
            #expect(rig.notes.contains("the CanaryPolicies can be read again"), "\(rig.notes)")
        }
    }

    @Test("what an agent has kept of a freeze that was deleted holds for a sweep as well")
    func deleted() async throws {
        try await rig.leave()
        let policy = CanaryPolicy(freeze: CanaryPolicy.Freeze(reason: "change moratorium"))
        try rig.custody.cluster.server.apply([
            "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
            "metadata": [
                "name": .string(PolicyNote.leaseName), "namespace": "test1",
                "labels": ["app.kubernetes.io/managed-by": "haldane", "haldane.dev/role": "policy"],
                "annotations": .object([PolicyNote.key: .string(PolicyNote(policy, FleetBrakes()).text)]),
            ], "spec": [:],
        ])
        try await sweeping { () async throws in
            #expect(
                try await rig.isHeld(by: "was deleted while releases were held"),
                "\(String(describing: rig.answer))"
            )
            try rig.store("{}", in: "test1")
            #expect(try await rig.isHeld(by: "nothing but evidence is missing"), "\(String(describing: rig.answer))")
        }
    }
}
