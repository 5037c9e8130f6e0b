import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

/// What the server refuses, hides, or takes without doing it.
@Suite("KubernetesRouteStore: refusals")
struct KubernetesRouteRefusalTests {
    @Test("An answer of 200 that changed nothing is not taken for a write", .timeLimit(.minutes(1)))
    func changesNothing() async throws {
        let cluster = try await RouteInCluster(.virtualService)
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
        let cluster = try await RouteInCluster(.virtualService)
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
        let cluster = try await RouteInCluster(.virtualService)
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
            let cluster = try await RouteInCluster(.virtualService)
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
        let cluster = try await RouteInCluster(.virtualService) { server in
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
            let cluster = try await RouteInCluster(.virtualService) { $0.serve(.virtualServices, versions: [version]) }
            let found = try await cluster.store.read()
            #expect(cluster.store.resource.version == version)
            let after = try await cluster.store.apply(.allStable, expecting: found.revision)
            #expect(after.weights.canary == 0)
        }
        let error = try await #require(throws: RouteError.self) {
            _ = try await RouteInCluster(.virtualService) { $0.serve(.virtualServices, versions: []) }
        }
        #expect(error.code == .unsupported)
        #expect(error.hint?.contains("CustomResourceDefinition") == true)
    }

    @Test("A watch that says nothing is not believed for longer than its patience", .timeLimit(.minutes(1)))
    func staleness() async throws {
        let cluster = try await RouteInCluster(.virtualService, patience: .zero)
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
        let cluster = try await RouteInCluster(.httpRoute, patience: .zero)
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
        let cluster = try await RouteInCluster(.virtualService)
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
        let cluster = try await RouteInCluster(.virtualService, patience: .zero)
        let found = try await cluster.store.read()
        cluster.server.inject(Fault(.rivalAfter(Rival(.restore, as: "argocd-controller")), on: ["patch"]))
        let after = try await cluster.store.apply(.allStable, expecting: found.revision)
        #expect(after.weights.canary == 0)
        let now = try await cluster.store.read()
        #expect(now.weights.canary == 10)
        #expect(now.revision != after.revision)
        #expect(now.writer == "argocd-controller")
    }
}
