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
        pods: PodScrape? = PodScrape()
    ) async throws -> [RouteFinding] {
        fixture.server.acceptWithoutToken(as: FakeAPIServer.user)
        return try await RoutePreflight(
            client: KubernetesClient.of(fixture.server),
            selection: route.selection,
            accept: accept,
            pods: pods,
            countsAtServer: true
        ).findings()
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
