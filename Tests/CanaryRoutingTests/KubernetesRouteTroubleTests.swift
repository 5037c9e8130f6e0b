import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

@Suite("KubernetesRouteStore: what a run must not be left with", .timeLimit(.minutes(1)))
struct KubernetesRouteTroubleTests {
    private static let step = WeightPlan(canaryPercent: 25, purpose: .step)

    @Test("A step that a webhook changed on its way is taken back; a rollback that it changed stays")
    func mutated() async throws {
        let (server, store) = try await Self.opened()
        let found = try await store.read()
        let timeout = #"[{"op":"add","path":"/spec/http/0/timeout","value":"1s"}]"#
        server.inject(Fault(.mutate(Rival(.patch(timeout), as: "webhook")), on: ["patch"]))
        let error = try await #require(throws: RouteError.self) {
            try await store.apply(Self.step, expecting: found.revision)
        }
        #expect(error.code == .unproven)
        #expect(error.disposition == .stop)
        #expect(error.message.contains("the weights were put back"))
        var now = try await store.read()
        #expect(now.weights == found.weights)

        server.inject(Fault(.mutate(Rival(.patch(timeout.replacing("1s", with: "2s")), as: "webhook")), on: ["patch"]))
        await #expect(throws: RouteError.self) { try await store.apply(.allStable, expecting: now.revision) }
        now = try await store.read()
        #expect(now.weights.canary == 0)
    }

    @Test("A changed step that cannot be taken back may be looked at again")
    func notTakenBack() async throws {
        let (server, store) = try await Self.opened()
        let found = try await store.read()
        let timeout = #"[{"op":"add","path":"/spec/http/0/timeout","value":"1s"}]"#
        server.inject(Fault(.mutate(Rival(.patch(timeout), as: "webhook")), on: ["patch"]))
        server.inject(Fault(.status(.serverError), on: ["patch"], times: 20))
        let error = try await #require(throws: RouteError.self) {
            try await store.apply(Self.step, expecting: found.revision)
        }
        #expect(error.disposition == .retry)
        #expect(error.message.contains("they could not be put back"))
        #expect(try await store.read().weights.canary == 25)
    }

    @Test("A route that a finalizer holds is in force until that lets go: it takes a rollback, and no step")
    func finalizer() async throws {
        let (server, store) = try await Self.opened()
        try server.change(
            .virtualServices,
            DemoRoute.virtualService.name,
            in: "test1",
            patch: #"[{"op":"add","path":"/metadata/finalizers","value":["example.com/hold"]}]"#
        )
        let path = APIResource.virtualServices.path(namespace: "test1", name: DemoRoute.virtualService.name)
        let http = HTTPClient()
        let answer = try await http.send(HTTPRequest(method: "DELETE", url: server.url(path)))
        #expect(answer.isSuccess)
        await http.shutdown()
        let found = try await store.read()

        let error = try await #require(throws: RouteError.self) {
            try await store.apply(Self.step, expecting: found.revision)
        }
        #expect(error.code == .missing)
        let back = try await store.apply(.allStable, expecting: found.revision)
        #expect(back.weights.canary == 0)
    }

    @Test("A credential that cannot be had now may be had at the next try")
    func credentials() async throws {
        let (server, _) = try await Self.opened()
        let connection = ClusterConnection(
            server: server.url(),
            namespace: "test1",
            tokenFile: "/nonexistent/haldane/token"
        )
        let store = KubernetesRouteStore(
            client: KubernetesClient(connection: connection, http: connection.makeHTTPClient()),
            resource: .virtualServices,
            selection: DemoRoute.virtualService.selection,
            mirror: ObjectMirror(
                client: .of(server),
                resource: .virtualServices,
                namespace: "test1",
                name: DemoRoute.virtualService.name
            )
        )
        let error = try await #require(throws: RouteError.self) { try await store.read() }
        #expect(error.disposition == .retry, "\(error)")
    }

    /// The demo service's VirtualService in a server of its own; each read asks it.
    private static func opened() async throws -> (FakeAPIServer, KubernetesRouteStore) {
        let server = try FakeAPIServer()
        server.acceptWithoutToken(as: FakeAPIServer.user)
        try server.apply(json: DemoRoute.virtualService.document)
        let client = KubernetesClient.of(server)
        let selection = DemoRoute.virtualService.selection
        let store = KubernetesRouteStore(
            client: client,
            resource: .virtualServices,
            selection: selection,
            mirror: ObjectMirror(
                client: client,
                resource: .virtualServices,
                namespace: "test1",
                name: selection.object
            )
        )
        return (server, store)
    }
}
