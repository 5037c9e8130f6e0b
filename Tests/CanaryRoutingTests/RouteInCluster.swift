import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

/// A route of the demo service in a server of its own, with a store over it.
struct RouteInCluster {
    let server: FakeAPIServer
    let route: DemoRoute
    let store: KubernetesRouteStore
    let mirror: ObjectMirror

    init(
        _ route: DemoRoute,
        rule: RuleSelector? = nil,
        patience: Duration = .seconds(30),
        prepare: (FakeAPIServer) throws -> Void = { _ in }
    ) async throws {
        let server = try FakeAPIServer()
        server.acceptWithoutToken(as: FakeAPIServer.user)
        try server.apply(json: route.document)
        try prepare(server)
        self.server = server
        self.route = route
        let client = KubernetesClient.of(server)
        var selection = route.selection
        selection.rule = rule
        do throws(KubernetesError) {
            let resource = try await client.served(.route(selection.kind))
            mirror = ObjectMirror(client: client, resource: resource, namespace: "test1", name: route.name)
            // Some tests forbid it on purpose.
            do throws(KubernetesError) { try await mirror.start() } catch { #expect(error.code == .forbidden) }
            store = KubernetesRouteStore(
                client: client,
                resource: resource,
                selection: selection,
                mirror: mirror,
                patience: patience
            )
        } catch {
            // What `open` says of it.
            _ = try await KubernetesRouteStore.open(client: client, selection: selection)
            throw error
        }
    }

    var object: JSONValue? { server.view.object(route.kind, route.name, in: "test1") }

    /// Where the rule's destinations are.
    var path: String { route.kind == .virtualServices ? "/spec/http/0/route" : "/spec/rules/0/backendRefs" }

    func setWeights(_ stable: Int, _ canary: Int) throws {
        try server.change(
            route.kind,
            route.name,
            in: "test1",
            patch: #"[{"op":"replace","path":"\#(path)/0/weight","value":\#(stable)},"#
                + #"{"op":"replace","path":"\#(path)/1/weight","value":\#(canary)}]"#
        )
    }

    /// Waits until the mirror has it.
    func wait(until isMet: (KubernetesObject?) -> Bool) async {
        let updates = await mirror.updates()
        if isMet(await mirror.object(named: route.name, namespace: "test1")) { return }
        for await _ in updates where isMet(await mirror.object(named: route.name, namespace: "test1")) { return }
    }
}

extension DemoRoute {
    /// The selection of a spec for it.
    var selection: RouteSelection {
        switch self {
        case .virtualService, .cookieVirtualService:
            RouteSelection(
                object: name,
                namespace: "test1",
                stable: DestinationSpec(subset: "v1"),
                canary: DestinationSpec(subset: "v2")
            )
        case .httpRoute, .grpcRoute:
            RouteSelection(
                kind: self == .httpRoute ? .httpRoute : .grpcRoute,
                object: name,
                namespace: "test1",
                stable: DestinationSpec(host: "demo4-v1"),
                canary: DestinationSpec(host: "demo4-v2")
            )
        }
    }
}

extension KubernetesClient {
    /// A client of a double that lets waits between tries pass at once.
    static func of(_ server: FakeAPIServer) -> KubernetesClient {
        let connection = ClusterConnection(server: server.url(), namespace: "test1")
        return KubernetesClient(
            connection: connection,
            http: connection.makeHTTPClient(),
            wait: { _ in await Task.yield() }
        )
    }
}
