import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite struct ScrapedPodsTests {
    private static func scraped(
        _ reporter: Reporter,
        _ object: KubernetesObject,
        pods: PodScrape = PodScrape()
    ) throws -> ScrapedPods {
        var route = ClusterObjects.subsetRoute
        if object.kind == "HTTPRoute" {
            route = RouteSpec(kind: .httpRoute, object: "demo4", stable: DestinationSpec(), canary: DestinationSpec())
        }
        let spec = ClusterObjects.spec(route, reporter: reporter, pods: pods)
        return try ScrapedPods(spec, route: object, backends: try RouteBackends(route, object: object))
    }

    private static func virtualService(_ gateways: [String]?) -> KubernetesObject {
        ClusterObjects.virtualService([[("demo4", "v1"), ("demo4", "v2")]], gateways: gateways)
    }

    private static func name(_ name: String, _ namespace: String = "test1") -> ServiceName {
        ServiceName(name: name, namespace: namespace)
    }

    @Test("the destination's own reporter is in the versions' pods")
    func destination() throws {
        #expect(try Self.scraped(.destination, Self.virtualService(nil)) == .versions)
    }

    @Test("with reporter source the gateways of a VirtualService are asked, in their namespaces")
    func istioGateways() throws {
        let found = try Self.scraped(.source, Self.virtualService(["mesh", "own", "infra/public", "./here"]))
        #expect(found == .istioGateways([Self.name("own"), Self.name("public", "infra"), Self.name("here")]))
    }

    @Test(
        "a mesh rule with reporter source needs the callers to be named",
        arguments: [nil, ["mesh"], []] as [[String]?]
    )
    func meshRule(gateways: [String]?) throws {
        let error = try #require(throws: SourceError.self) {
            _ = try Self.scraped(.source, Self.virtualService(gateways))
        }
        #expect(error.code == .noCallers)
        #expect(error.hint?.contains("telemetry.scrape.pods.selector") == true)
        #expect(error.hint?.contains("reporter: destination") == true)

        let named = PodScrape(selector: "app=frontend", namespace: "web")
        guard case .selected(let group) = try Self.scraped(.source, Self.virtualService(gateways), pods: named) else {
            Issue.record("the selector was not taken")
            return
        }
        #expect(group.labels == "app=frontend" && group.namespace == "web")
    }

    @Test("a Gateway API route is asked for its parents: Gateways, or for a waypoint its Service")
    func parents() throws {
        let route = ClusterObjects.httpRoute(parents: [
            ["name": "public", "namespace": "infra"], ["name": "own", "kind": "Gateway"],
            ["name": "demo4", "kind": "Service", "group": ""],
        ])
        #expect(try Self.scraped(.source, route) == .gateways([Self.name("public", "infra"), Self.name("own")]))
        #expect(
            try Self.scraped(.waypoint, route)
                == .waypoint([Self.name("demo4"), Self.name("demo4-v1"), Self.name("demo4-v2")])
        )
        let mesh = ClusterObjects.httpRoute(parents: [["name": "demo4", "kind": "Service", "group": "core"]])
        #expect(throws: SourceError.self) { _ = try Self.scraped(.source, mesh) }
    }

    @Test("an Istio Gateway's pods are looked for everywhere, or in its own namespace; without selector it is refused")
    func gatewayPods() throws {
        func gateway(_ selector: JSONValue) -> KubernetesObject {
            KubernetesObject(["metadata": ClusterObjects.meta("public"), "spec": ["selector": selector]])
        }
        let group = try PodGroup.istioGateway(gateway(["istio": "ingressgateway", "app": "gw"]))
        #expect(group.labels == "app=gw,istio=ingressgateway")
        #expect(group.namespace == nil && group.fallback == "test1")
        #expect(throws: SourceError.self) { _ = try PodGroup.istioGateway(gateway([:])) }
    }

    @Test(
        "the waypoint is named by labels",
        arguments: [
            ([:], .absent), (["istio.io/use-waypoint": ""], .absent), (["istio.io/use-waypoint": "none"], .refused),
            (["istio.io/use-waypoint": "wp"], .named(ServiceName(name: "wp", namespace: "test1"))),
            (
                ["istio.io/use-waypoint": "wp", "istio.io/use-waypoint-namespace": "infra"],
                .named(ServiceName(name: "wp", namespace: "infra"))
            ),
        ] as [([String: String], WaypointName)]
    )
    func waypoint(labels: [String: String], expected: WaypointName) {
        #expect(WaypointName(ClusterObjects.service(labels: labels)) == expected)
        let label = JSONValue.object(labels.mapValues { .string($0) })
        let namespace = KubernetesObject(["kind": "Namespace", "metadata": ["name": "test1", "labels": label]])
        #expect(WaypointName(namespace) == expected)
    }
}
