import CanaryAgent
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// One list and one watch a kind for everybody.
@Suite("MirrorPool", .timeLimit(.minutes(1)))
struct MirrorPoolTests {
    private static func pool(
        _ server: FakeAPIServer,
        _ folder: Scratch,
        scope: MirrorPool.Scope = .cluster
    ) throws -> (MirrorPool, HTTPClient) {
        try folder.store(FakeAPIServer.token.utf8, at: "\(folder.path)/token")
        let connection = ClusterConnection(
            server: server.url(),
            namespace: ClusterFixture.namespace,
            tokenFile: "\(folder.path)/token"
        )
        let http = connection.makeHTTPClient()
        return (MirrorPool(client: KubernetesClient(connection: connection, http: http), scope: scope), http)
    }

    @Test("many views of a kind are one list and one watch, and each shows its own part")
    func shared() async throws {
        let cluster = try ClusterFixture()
        let folder = try Scratch()
        let (pool, http) = try Self.pool(cluster.server, folder)
        let namespace = ClusterFixture.namespace

        var views: [any MirroredObjects] = []
        for labels in ["version=v1", "version=v2", "version in (v1,v2)", nil] {
            views.append(try await pool.mirror(MirrorQuery(resource: .pods, namespace: namespace, labels: labels)))
        }
        let other = try await pool.mirror(MirrorQuery(resource: .pods, namespace: "elsewhere"))
        var counts: [Int] = []
        for view in views { counts.append(await view.objects().count) }
        let elsewhere = await other.objects()
        let lists = cluster.server.view.requests("list", .pods).count
        await pool.close()
        await http.shutdown()

        #expect(counts == [8, 2, 10, 10])
        #expect(elsewhere.isEmpty)
        #expect(lists == 1)
    }

    @Test("what nobody reads of an object is dropped as it comes in, and what is read stays")
    func stripped() async throws {
        let cluster = try ClusterFixture()
        let folder = try Scratch()
        let (pool, http) = try Self.pool(cluster.server, folder)
        let namespace = ClusterFixture.namespace

        let pods = try await pool.mirror(MirrorQuery(resource: .pods, namespace: namespace))
        let pod = await pods.objects().first
        let routes = try await pool.mirror(
            MirrorQuery(resource: .virtualServices, namespace: namespace, name: "demo4-vs")
        )
        let route = await routes.objects().first
        let stored = cluster.server.view.object(.virtualServices, "demo4-vs", in: namespace)
        await pool.close()
        await http.shutdown()

        #expect(pod?.json["spec"] == ["containers": [["name": "app", "image": "registry.local/demo4:6b7f9c5d48"]]])
        #expect(pod?.json["metadata"]?["managedFields"] == nil)
        #expect(pod?.status["podIP"]?.string != nil)
        #expect(pod?.labels["version"] != nil)
        #expect(route?.spec == stored?["spec"])
        #expect(route?.json["metadata"]?["annotations"] == stored?["metadata"]?["annotations"])
        #expect(route?.json["metadata"]?["managedFields"]?.items?.first?["manager"]?.string != nil)
    }

    @Test(
        "a selector picks here what the server would pick",
        arguments: [
            ("a=1", true), ("a==1,b!=2", true), ("a in (0, 1)", true), ("a notin (1)", false), ("a,!c", true),
            ("!a", false), ("c notin (1)", true), ("b in (1,2),a=2", false), ("", true),
        ]
    )
    func selectors(text: String, isPicked: Bool) throws {
        let selector = try #require(LabelSelector(text))
        let labels: JSONValue = ["a": "1", "b": "3"]

        #expect(selector.picks(labels) == isPicked)
    }

    @Test("what is no selector is left to the server", arguments: ["a in 1", "=1", "a > 1", "a in (1", "(a)"])
    func foreign(text: String) {
        #expect(LabelSelector(text) == nil)
    }
}
