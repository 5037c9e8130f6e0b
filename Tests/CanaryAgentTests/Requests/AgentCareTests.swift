import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryReport
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// Who looks after canaries while nothing goes on.
@Suite(.timeLimit(.minutes(1)))
struct AgentCareTests {
    /// 20:26:40.
    private static let now = Timestamp(milliseconds: 1_780_000_000_000)
    private static let reviews = CanaryKey(namespace: "shop", name: "reviews")

    private static let idle = """
        {"apiVersion": "haldane.dev/v1", "kind": "Canary",
         "metadata": {"name": "reviews", "namespace": "shop", "annotations": {
           "request.haldane.dev/id": "q1-00000001", "request.haldane.dev/verb": "rollback",
           "request.haldane.dev/reason": "errors", "request.haldane.dev/by": "alice",
           "request.haldane.dev/at": "2026-05-28T20:25:00Z"}},
         "spec": {"route": {"virtualService": "reviews"}},
         "status": {"phase": "Idle", "message": "nothing new", "observedGeneration": 1}}
        """

    private static func replica(_ id: String, holder: String, renewed: String, in namespace: String) -> String {
        """
        {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
         "metadata": {"name": "haldane-agent-\(id)", "namespace": "\(namespace)", "labels": {
           "app.kubernetes.io/managed-by": "haldane", "haldane.dev/role": "agent"}},
         "spec": {\(holder.isEmpty ? "" : #""holderIdentity": "\#(holder)", "#)"leaseDurationSeconds": 15, "renewTime": "\(renewed)"}}
        """
    }

    private func with(
        _ replicas: [String],
        agentNamespace: String? = nil,
        access: [AccessRule]? = nil,
        _ body: (CanaryDesk) async throws -> Void
    ) async throws {
        let server = try FakeAPIServer()
        defer { server.stop() }
        server.acceptWithoutToken(as: "alice@example.com")
        try server.apply(json: Self.idle)
        for replica in replicas { try server.apply(json: replica) }
        if let access { server.permit(access) }
        let http = HTTPClient()
        let client = KubernetesClient(connection: ClusterConnection(server: server.url()), http: http)
        try await body(CanaryDesk(client: client, agentNamespace: agentNamespace, now: { Self.now }))
        await http.shutdown()
    }

    @Test("an idle canary is not healthy when every agent is gone: since when is said, and what waits for one")
    func gone() async throws {
        let replicas = [
            Self.replica("a", holder: "a", renewed: "2026-05-28T20:26:09.000000Z", in: "haldane-system"),
            Self.replica("b", holder: "", renewed: "2026-05-28T20:20:00.000000Z", in: "haldane-system"),
        ]
        try await with(replicas) { desk in
            let look = try await desk.stand(Self.reviews)
            let listed = try await desk.list(namespace: "shop")

            let words =
                "no agent is alive since 20:26:09 UTC: no release is noticed before one is, and no request is obeyed before "
                + "one is or `haldane sweep` goes on with the run"
            #expect(look.agents == .gone(since: Timestamp(iso8601: "2026-05-28T20:26:09Z")))
            #expect(look.exitCode == .unknown && look.agentWords == words)
            #expect(
                look.text(style: .plain) == """
                    shop/reviews  ? Idle
                      nothing new
                      \(words)
                      waits     rollback by alice at 2026-05-28T20:25:00Z: not answered yet

                    """
            )
            #expect(listed.map(\.exitCode) == [.unknown])
            #expect(look.json["warning"]?.string == words)
            #expect(look.json["waitingRequest"]?["verb"]?.string == "rollback")
        }
    }

    @Test("one replica that renews is enough, wherever it is, and it tells whose policy is the cluster's")
    func alive() async throws {
        let replicas = [
            Self.replica("a", holder: "a", renewed: "2026-05-28T20:00:00.000000Z", in: "platform"),
            Self.replica("b", holder: "b", renewed: "2026-05-28T20:26:30.000000Z", in: "platform"),
        ]
        try await with(replicas) { desk in
            let look = try await desk.stand(Self.reviews)
            #expect(look.agents == .alive && look.exitCode == .healthy && look.agentWords == nil)
            #expect(await desk.homes() == ["platform"])
        }
        try await with(replicas, agentNamespace: "elsewhere") { desk in
            let look = try await desk.stand(Self.reviews)
            #expect(look.agents == .unseen(namespace: "elsewhere") && look.exitCode == .healthy)
            #expect(look.agentWords?.contains("none keeps a Lease in namespace elsewhere") == true)
            #expect(await desk.homes() == ["elsewhere"])
        }
    }

    @Test("where Leases may not be read it is said that it is not known, and nothing else changes")
    func hidden() async throws {
        let rule = AccessRule(
            groups: ["haldane.dev"],
            resources: ["canaries"],
            verbs: ["get", "list"],
            namespace: "shop"
        )
        try await with([], access: [rule]) { desk in
            let look = try await desk.stand(Self.reviews)
            #expect(look.exitCode == .healthy)
            #expect(look.agentWords?.hasPrefix("whether an agent is alive could not be looked at: ") == true)
            #expect(await desk.homes() == ["haldane-system"])
        }
    }
}
