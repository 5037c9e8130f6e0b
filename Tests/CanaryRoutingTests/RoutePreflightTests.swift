import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("RoutePreflight")
struct RoutePreflightTests {
    private static func findings(
        _ fixture: ClusterFixture,
        _ route: DemoRoute = .virtualService,
        accept: Set<RouteSpec.Acceptance> = [],
        pods: PodScrape? = PodScrape(),
        confinedTo namespaces: Set<String>? = nil
    ) async throws -> [RouteFinding] {
        fixture.server.acceptWithoutToken(as: FakeAPIServer.user)
        let client = KubernetesClient.of(fixture.server)
        let mirrors = namespaces.map { MirrorPool(client: client, scope: .namespaces($0)) }
        let findings = try await RoutePreflight(
            client: client,
            selection: route.selection,
            accept: accept,
            pods: pods,
            countsAtServer: true,
            mirrors: mirrors
        ).findings()
        await mirrors?.close()
        return findings
    }

    private static func fixture(_ routes: Set<DemoRoute>) throws -> ClusterFixture {
        var configuration = ClusterFixture.Configuration()
        configuration.routes = routes
        return try ClusterFixture(configuration)
    }

    @Test("The demo's gateway-only route asks for acceptance, and with it nothing blocks", .timeLimit(.minutes(1)))
    func demo() async throws {
        for route in [DemoRoute.virtualService, .httpRoute] {
            let fixture = try Self.fixture([route])
            let found = try await Self.findings(fixture, route)
            #expect(found.map(\.word) == ["gatewayOnly"])
            let accepted = try await Self.findings(fixture, route, accept: [.gatewayOnly])
            #expect(accepted.map(\.word) == ["warning"])
        }
        let both = try await Self.findings(try Self.fixture([.virtualService, .cookieVirtualService]))
        #expect(both.map(\.word).contains("otherRoutes"))
    }

    @Test("An owner among other controllers' objects is found in the cluster", .timeLimit(.minutes(1)))
    func owners() async throws {
        let fixture = try Self.fixture([.virtualService])
        fixture.server.serve(.flaggerCanaries, versions: ["v1beta1"])
        try fixture.server.apply([
            "apiVersion": "flagger.app/v1beta1", "kind": "Canary",
            "metadata": ["name": "demo", "namespace": "test1"], "spec": ["service": ["name": "demo4-vs"]],
        ])
        let found = try await Self.findings(fixture)
        #expect(found.first?.sentence.contains("Flagger's Canary test1/demo") == true)
    }

    @Test("Who is confined to some namespaces asks about no other one, and says once what that leaves open")
    func confined() async throws {
        let fixture = try Self.fixture([.virtualService])
        fixture.server.serve(.flaggerCanaries, versions: ["v1beta1"])
        let here = ["test1", "test2"].map {
            AccessRule(groups: ["*"], resources: ["*"], verbs: ["*"], namespace: $0)
        }
        fixture.server.permit(here)
        let found = try await Self.findings(fixture, confinedTo: ["test1", "test2"])

        let lists = fixture.server.view.requests.filter { ["list", "watch"].contains($0.verb) }
        #expect(!lists.isEmpty)
        #expect(lists.filter { $0.namespace == nil }.map(\.resource) == [])
        #expect(lists.contains { $0.resource == "virtualservices" && $0.namespace == "test2" })
        // What may only be listed is not watched.
        #expect(lists.filter { $0.resource == "canaries" }.map { "\($0.verb) \($0.namespace ?? "")" } == ["list test1"])
        let words = found.filter { $0.sentence.contains("test1, test2 is looked at") }
        #expect(words.map(\.word) == ["warning"], "\(found)")
        #expect(found.map(\.word).filter { $0 == "warning" }.count == 1, "\(found)")
        #expect(found.contains { $0.word == "gatewayOnly" })

        // With the ClusterRole `haldane-preflight`.
        fixture.server.permit(here + [AccessRule(groups: ["*"], resources: ["*"], verbs: ["list"])])
        let all = try await Self.findings(fixture, confinedTo: ["test1", "test2"])
        #expect(!all.map(\.word).contains("warning"), "\(all)")
    }

    @Test("What may not be looked at is said with the grant, and what may not be done blocks", .timeLimit(.minutes(1)))
    func permissions() async throws {
        let fixture = try Self.fixture([.virtualService])
        fixture.server.permit([
            AccessRule(
                groups: ["networking.istio.io"],
                resources: ["virtualservices"],
                verbs: ["get", "list"],
                namespace: "test1"
            ),
            AccessRule(groups: [""], resources: ["services", "pods"], verbs: ["list", "watch"], namespace: "test1"),
        ])
        let found = try await Self.findings(fixture)
        let patch = try #require(found.first { $0.sentence.contains("we may not patch") })
        #expect(patch.severity == .refuse)
        #expect(patch.hint?.contains(#"resources: ["virtualservices"]"#) == true)
        #expect(found.contains { $0.sentence.contains("we may not list endpointslices") && $0.severity == .refuse })
        #expect(found.contains { $0.sentence.contains("we may not watch virtualservices") && $0.severity == .warning })
        #expect(found.contains { $0.sentence.contains("we may not create events") && $0.severity == .info })
        #expect(found.contains { $0.sentence.hasPrefix("VirtualServices of other namespaces could not be looked at") })
        #expect(found.contains { $0.sentence.hasPrefix("DestinationRules could not be looked at") })
        #expect(!found.contains { $0.sentence.contains("we may not list pods") })
    }

    @Test("A route that is not there is missing, and one that is not accepted is refused", .timeLimit(.minutes(1)))
    func route() async throws {
        let fixture = try Self.fixture([.httpRoute])
        let error = try await #require(throws: RouteError.self) { try await Self.findings(fixture, .virtualService) }
        #expect(error.code == .missing)
        fixture.server.setRouteController(.rejects(reason: "NoMatchingParent", message: "no listener"))
        let found = try await Self.findings(fixture, .httpRoute)
        #expect(found.contains { $0.severity == .refuse && $0.sentence.contains("Accepted is False") })
    }
}
