import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("KubernetesRouteStore")
struct KubernetesRouteStoreTests {
    @Test(
        "A store in a cluster does what every route store must do",
        .timeLimit(.minutes(2)),
        arguments: [DemoRoute.virtualService, .httpRoute, .grpcRoute]
    )
    func conforms(route: DemoRoute) async throws {
        let conformance = RouteStoreConformance {
            let cluster = try await Cluster(route)
            return RouteStoreConformance.Subject(
                store: cluster.store,
                interfere: { try cluster.setWeights($0.stable, $0.canary) },
                remove: {
                    cluster.server.delete(route.kind, route.name, in: "test1")
                    await cluster.wait { $0 == nil }
                }
            )
        }
        let failures = try await conformance.failures()
        #expect(failures == [])
    }

    @Test(
        "Only the two weights change in the object, in one request",
        .timeLimit(.minutes(1)),
        arguments: DemoRoute.allCases
    )
    func onlyWeights(route: DemoRoute) async throws {
        let cluster = try await Cluster(route)
        let before = try #require(cluster.object)
        let found = try await cluster.store.read()
        let after = try await cluster.store.apply(
            WeightPlan(canaryPercent: 25, purpose: .step),
            expecting: found.revision
        )

        #expect(after.weights == RouteWeights(stable: 75, canary: 25))
        let stored = try #require(cluster.object)
        let entries = cluster.path
        #expect(
            Set(differences(before["spec"] ?? .null, stored["spec"] ?? .null, at: "/spec"))
                == ["\(entries)/0/weight", "\(entries)/1/weight"]
        )
        #expect(before["metadata"]?["annotations"] == stored["metadata"]?["annotations"])
        let writes = cluster.server.view.writes
        #expect(writes.count == 1)
        #expect(writes.first?.verb == "patch")
        #expect(
            writes.first?.json
                == [
                    [
                        "op": "replace", "path": "/metadata/resourceVersion",
                        "value": before["metadata"]?["resourceVersion"] ?? .null,
                    ],
                    ["op": "replace", "path": .string("\(entries)/0/weight"), "value": 75],
                    ["op": "replace", "path": .string("\(entries)/1/weight"), "value": 25],
                ]
        )
        #expect(cluster.server.view.requests("get", route.kind).isEmpty)
        #expect(cluster.server.view.requests("list", route.kind).count == 1)
    }

    @Test("The cookie rule is read with its reach, and the other rule is left alone", .timeLimit(.minutes(1)))
    func cookie() async throws {
        let cluster = try await Cluster(.cookieVirtualService)
        let found = try await cluster.store.read()
        #expect(found.place == "VirtualService test1/demo4-cookie-vs, rule 0")
        #expect(found.weights == RouteWeights(stable: 50, canary: 50))
        #expect(found.reach == .segmentOfStable(elsewhere: "rule 1"))
        _ = try await cluster.store.apply(.allStable, expecting: found.revision)
        #expect(cluster.object?["spec"]?["http"]?[1]?["route"]?.items?.count == 1)
    }

    @Test("A change of annotations is written over, a change of the rule is not", .timeLimit(.minutes(1)))
    func rivals() async throws {
        let cluster = try await Cluster(.virtualService)
        let found = try await cluster.store.read()
        let note = #"[{"op":"add","path":"/metadata/annotations","value":{"note":"x"}}]"#
        cluster.server.inject(Fault(.rivalBefore(Rival(.patch(note))), on: ["patch"]))
        let after = try await cluster.store.apply(
            WeightPlan(canaryPercent: 25, purpose: .step),
            expecting: found.revision
        )
        #expect(after.weights == RouteWeights(stable: 75, canary: 25))
        #expect(cluster.object?["metadata"]?["annotations"]?["note"] == "x")

        let timeout = #"[{"op":"add","path":"/spec/http/0/timeout","value":"3s"}]"#
        cluster.server.inject(Fault(.rivalBefore(Rival(.patch(timeout), as: "kustomize-controller")), on: ["patch"]))
        let error = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(WeightPlan(canaryPercent: 50, purpose: .step), expecting: after.revision)
        }
        #expect(error.code == .conflict)
        #expect(error.disposition == .retry)
        let now = try await cluster.store.read()
        #expect(now.weights == RouteWeights(stable: 75, canary: 25))
        #expect(now.revision != after.revision)
        #expect(now.writer == "kustomize-controller")
    }

    @Test("A rule that moved in its list is found again by what it is", .timeLimit(.minutes(1)))
    func moved() async throws {
        let cluster = try await Cluster(.virtualService, rule: .index(0))
        _ = try await cluster.store.read()
        let ahead =
            #"[{"op":"add","path":"/spec/http/0","value":{"match":[{"uri":{"exact":"/x"}}],"#
            + #""route":[{"destination":{"host":"demo4","subset":"v1"},"weight":1},{"destination":{"host":"demo4","subset":"v2"},"weight":2}]}}]"#
        try cluster.server.change(.virtualServices, "demo4-vs", in: "test1", patch: ahead)
        await cluster.wait { $0?.generation == 2 }
        let now = try await cluster.store.read()
        #expect(now.weights == RouteWeights(stable: 90, canary: 10))
        _ = try await cluster.store.apply(.allStable, expecting: now.revision)
        let rules = try #require(cluster.object?["spec"]?["http"])
        #expect(rules[0]?["route"]?[1]?["weight"] == 2)
        #expect(rules[1]?["route"]?[0]?["weight"] == 100)
    }

    @Test("A lone destination gets its partner added, with its port", .timeLimit(.minutes(1)))
    func lone() async throws {
        for route in [DemoRoute.virtualService, .httpRoute] {
            let cluster = try await Cluster(route) { server in
                let entries = route == .virtualService ? "/spec/http/0/route" : "/spec/rules/0/backendRefs"
                try server.change(
                    route.kind,
                    route.name,
                    in: "test1",
                    patch: #"[{"op":"remove","path":"\#(entries)/1"}]"#
                )
            }
            let found = try await cluster.store.read()
            #expect(found.weights == RouteWeights(stable: 100, canary: 0))
            let same = try await cluster.store.apply(.allStable, expecting: found.revision)
            #expect(same == found)
            let after = try await cluster.store.apply(
                WeightPlan(canaryPercent: 5, purpose: .step),
                expecting: found.revision
            )
            #expect(after.weights == RouteWeights(stable: 95, canary: 5))
        }
    }

    @Test("An answer of 200 that changed nothing is not taken for a write", .timeLimit(.minutes(1)))
    func changesNothing() async throws {
        let cluster = try await Cluster(.virtualService)
        let found = try await cluster.store.read()
        cluster.server.inject(Fault(.changeNothing, on: ["patch"]))
        let error = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(.allStable, expecting: found.revision)
        }
        #expect(error.code == .unproven)
        #expect(error.message.contains("changed nothing"))
        let again = try await cluster.store.apply(.allStable, expecting: found.revision)
        #expect(again.weights.canary == 0)
    }

    @Test(
        "A refusal of the content is told with the server's words, and is no conflict",
        .timeLimit(.minutes(1)),
        arguments: [
            (FaultStatus.opaque, "the server rejected our request due to an error in our request"),
            (.denied("weights are frozen"), "weights are frozen"),
        ]
    )
    func rejected(status: FaultStatus, words: String) async throws {
        let cluster = try await Cluster(.virtualService)
        let found = try await cluster.store.read()
        cluster.server.inject(Fault(.status(status), on: ["patch"]))
        let error = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(.allStable, expecting: found.revision)
        }
        #expect(error.code == .unwritable)
        #expect(error.disposition == .stop)
        #expect(error.description.contains(words))
        #expect(error.hint != nil)
    }

    @Test(
        "A list that became shorter under the patch is a conflict, although the server answers as to bad content",
        .timeLimit(.minutes(1))
    )
    func shorter() async throws {
        let cluster = try await Cluster(.virtualService)
        let found = try await cluster.store.read()
        let remove = #"[{"op":"remove","path":"/spec/http/0/route/1"}]"#
        cluster.server.inject(Fault(.rivalBefore(Rival(.patch(remove))), on: ["patch"]))
        let error = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(.allStable, expecting: found.revision)
        }
        #expect(error.code == .conflict)
        #expect(cluster.server.view.requests("patch", .virtualServices).first?.code == 422)
    }

    @Test("What is passing may be tried again, and what is not needs a person", .timeLimit(.minutes(1)))
    func dispositions() async throws {
        let faults: [(FaultStatus, RouteError.Code, RouteError.Disposition)] = [
            (.serverError, .unwritable, .retry), (.unavailable, .unwritable, .retry), (.timeout, .unwritable, .retry),
            (.tooManyRequests(retryAfter: 0), .unwritable, .retry), (.unauthorized, .unwritable, .retry),
        ]
        for (status, code, disposition) in faults {
            let cluster = try await Cluster(.virtualService)
            let found = try await cluster.store.read()
            cluster.server.inject(Fault(.status(status), on: ["patch"], times: 20))
            let error = try await #require(throws: RouteError.self) {
                try await cluster.store.apply(.allStable, expecting: found.revision)
            }
            #expect(error.code == code, "\(status)")
            #expect(error.disposition == disposition, "\(status)")
            #expect(error.message.contains("patch virtualservices.networking.istio.io 'demo4-vs' in namespace 'test1'"))
        }
    }

    @Test(
        "Without the permission to watch each read is a GET, and without that to patch the grant is told",
        .timeLimit(.minutes(1))
    )
    func permissions() async throws {
        let groups: Set<String> = ["networking.istio.io"]
        let cluster = try await Cluster(.virtualService) { server in
            server.permit([
                AccessRule(groups: groups, resources: ["virtualservices"], verbs: ["get"], namespace: "test1")
            ])
        }
        let found = try await cluster.store.read()
        _ = try await cluster.store.read()
        #expect(found.weights.canary == 10)
        #expect(cluster.server.view.requests("get", .virtualServices).count == 2)
        let error = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(.allStable, expecting: found.revision)
        }
        #expect(error.code == .unwritable)
        #expect(error.disposition == .stop)
        #expect(error.hint?.contains(#"verbs: ["patch"]"#) == true)
    }

    @Test("Any served version will do, and a kind that is not installed is refused", .timeLimit(.minutes(1)))
    func versions() async throws {
        for version in ["v1beta1", "v1alpha3"] {
            let cluster = try await Cluster(.virtualService) { $0.serve(.virtualServices, versions: [version]) }
            let found = try await cluster.store.read()
            #expect(cluster.store.resource.version == version)
            let after = try await cluster.store.apply(.allStable, expecting: found.revision)
            #expect(after.weights.canary == 0)
        }
        let error = try await #require(throws: RouteError.self) {
            _ = try await Cluster(.virtualService) { $0.serve(.virtualServices, versions: []) }
        }
        #expect(error.code == .unsupported)
        #expect(error.hint?.contains("CustomResourceDefinition") == true)
    }

    @Test("A watch that says nothing is not believed for longer than its patience", .timeLimit(.minutes(1)))
    func staleness() async throws {
        let cluster = try await Cluster(.virtualService, patience: .zero)
        _ = try await cluster.store.read()
        #expect(cluster.server.view.requests("get", .virtualServices).count == 1)
        cluster.server.goAway()
        let error = try await #require(throws: RouteError.self) { try await cluster.store.read() }
        #expect(error.code == .unreadable)
        #expect(error.disposition == .retry)
        try cluster.server.comeBack()
        #expect(try await cluster.store.read().weights.canary == 10)
    }

    @Test(
        "A route that its gateway does not accept is objected to, for its present generation only",
        .timeLimit(.minutes(1))
    )
    func objections() async throws {
        let cluster = try await Cluster(.httpRoute, patience: .zero)
        #expect(try await cluster.store.read().objection == nil)
        cluster.server.setRouteController(
            .doesNotResolve(reason: "BackendNotFound", message: "backend(demo4-v2) not found")
        )
        let objection = try await cluster.store.read().objection
        #expect(
            objection
                == "ResolvedRefs is False for Gateway demo4-gateway: BackendNotFound: backend(demo4-v2) not found"
        )
        cluster.server.setRouteController(.lags)
        let found = try await cluster.store.read()
        let after = try await cluster.store.apply(.allStable, expecting: found.revision)
        #expect(after.objection == nil)
    }

    @Test("With its namespace gone the route is missing, for a reader and for a writer", .timeLimit(.minutes(1)))
    func namespaceGone() async throws {
        let cluster = try await Cluster(.virtualService)
        let found = try await cluster.store.read()
        cluster.server.deleteNamespace("test1")
        let writing = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(.allStable, expecting: found.revision)
        }
        await cluster.wait { $0 == nil }
        let reading = try await #require(throws: RouteError.self) { try await cluster.store.read() }
        for error in [writing, reading] {
            #expect(error.code == .missing)
            #expect(error.message.contains("'demo4-vs' in namespace 'test1'"))
        }
    }

    @Test("A tool that puts the old weights back right after the write is named as the writer", .timeLimit(.minutes(1)))
    func restored() async throws {
        let cluster = try await Cluster(.virtualService, patience: .zero)
        let found = try await cluster.store.read()
        cluster.server.inject(Fault(.rivalAfter(Rival(.restore, as: "argocd-controller")), on: ["patch"]))
        let after = try await cluster.store.apply(.allStable, expecting: found.revision)
        #expect(after.weights.canary == 0)
        let now = try await cluster.store.read()
        #expect(now.weights.canary == 10)
        #expect(now.revision != after.revision)
        #expect(now.writer == "argocd-controller")
    }

    @Test("A preview asks the server and stores nothing", .timeLimit(.minutes(1)))
    func preview() async throws {
        let cluster = try await Cluster(.virtualService)
        let before = cluster.object
        let patch = try await cluster.store.preview(WeightPlan(canaryPercent: 25, purpose: .step))
        #expect(patch.weights == RouteWeights(stable: 75, canary: 25))
        #expect(cluster.object == before)
        #expect(cluster.server.view.writes.isEmpty)
    }
}

/// A route of the demo service in a server of its own, with a store over it.
private struct Cluster {
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

/// The pointers at which two documents differ.
private func differences(_ left: JSONValue, _ right: JSONValue, at pointer: String) -> [String] {
    switch (left, right) {
    case (.object(let mine), .object(let theirs)):
        return Set(mine.keys).union(theirs.keys).flatMap { key in
            guard let one = mine[key], let other = theirs[key] else { return ["\(pointer)/\(key)"] }
            return differences(one, other, at: "\(pointer)/\(key)")
        }
    case (.array(let mine), .array(let theirs)) where mine.count == theirs.count:
        return mine.indices.flatMap { differences(mine[$0], theirs[$0], at: "\(pointer)/\($0)") }
    default:
        return left == right ? [] : [pointer]
    }
}
