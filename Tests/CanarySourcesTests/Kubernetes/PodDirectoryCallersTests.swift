import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Testing

/// Gateways, waypoints and callers as the pods that are scraped.
@Suite("PodDirectory with other reporters", .timeLimit(.minutes(1)))
struct PodDirectoryCallersTests {
    private typealias Objects = ClusterObjects

    private static func gateway(_ selector: JSONValue = ["istio": "ingressgateway"]) -> JSONValue {
        [
            "apiVersion": "networking.istio.io/v1", "kind": "Gateway", "metadata": Objects.meta("demo4-gateway"),
            "spec": ["selector": selector],
        ]
    }

    private static func proxyPod(_ name: String, namespace: String, _ labels: [String: String]) -> JSONValue {
        Objects.pod(
            name,
            version: "gw",
            namespace: namespace,
            ip: "10.0.1.1",
            labels: labels.merging(["app": "gw"]) { $1 }
        ).json
    }

    private static func names(
        _ reporter: Reporter,
        _ cluster: ClusterRig,
        gateways: [String]? = nil,
        pods: PodScrape = PodScrape()
    ) async throws -> [String] {
        let route = Objects.virtualService([[("demo4", "v1"), ("demo4", "v2")]], gateways: gateways)
        let spec = Objects.spec(Objects.subsetRoute, reporter: reporter, pods: pods)
        return try await cluster.open(spec, route) { directory in
            let targets = await directory.targets().targets
            #expect(targets.allSatisfy { $0.side == nil && $0.mustAnswer })
            #expect(await directory.population()?.stable.total == 2)
            return targets.map(\.name)
        }
    }

    @Test("with reporter source the pods of the route's gateways are scraped, wherever they are")
    func gatewayAnywhere() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try cluster.server.apply(Self.gateway())
        try cluster.server.apply(Self.proxyPod("gw-1", namespace: "istio-system", ["istio": "ingressgateway"]))
        try cluster.server.apply(Self.proxyPod("gw-2", namespace: "test1", ["istio": "ingressgateway"]))

        #expect(try await Self.names(.source, cluster, gateways: ["demo4-gateway"]) == ["gw-1", "gw-2"])
    }

    @Test("who may not list all namespaces gets the pods of the gateway's own")
    func gatewayNearby() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try cluster.server.apply(Self.gateway())
        try cluster.server.apply(Self.proxyPod("gw-1", namespace: "istio-system", ["istio": "ingressgateway"]))
        try cluster.server.apply(Self.proxyPod("gw-2", namespace: "test1", ["istio": "ingressgateway"]))
        cluster.server.permit([AccessRule(groups: ["*"], resources: ["*"], verbs: ["*"], namespace: "test1")])

        #expect(try await Self.names(.source, cluster, gateways: ["test1/demo4-gateway"]) == ["gw-2"])
    }

    @Test("pods of one name in two namespaces are told apart")
    func sameName() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try cluster.server.apply(Self.gateway())
        for namespace in ["a", "b"] {
            try cluster.server.apply(Self.proxyPod("gw-0", namespace: namespace, ["istio": "ingressgateway"]))
        }

        #expect(try await Self.names(.source, cluster, gateways: ["demo4-gateway"]) == ["a/gw-0", "b/gw-0"])
    }

    @Test("a gateway that is not there, or has no pods, is refused")
    func noGateway() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        for prepare in [{}, { try cluster.server.apply(Self.gateway()) }] as [() throws -> Void] {
            try prepare()
            let error = await #expect(throws: SourceError.self) {
                _ = try await Self.names(.source, cluster, gateways: ["demo4-gateway"])
            }
            #expect(error?.code == .noGateway)
            #expect(error?.hint?.contains("telemetry.scrape.pods.selector") == true)
        }
    }

    @Test("callers that the spec selects are scraped in their namespace")
    func callers() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        try cluster.server.apply(Self.proxyPod("front-1", namespace: "web", ["role": "front"]))

        let scrape = PodScrape(selector: "role=front", namespace: "web")
        #expect(try await Self.names(.source, cluster, pods: scrape) == ["front-1"])
    }

    @Test("the waypoint of the Service, or else of its namespace, is scraped", arguments: [true, false])
    func waypoint(isOfService: Bool) async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        let label = ["istio.io/use-waypoint": "wp", "istio.io/use-waypoint-namespace": "infra"]
        if isOfService {
            try cluster.server.apply(Objects.service(labels: label).json)
        } else {
            try cluster.server.change(.namespaces, "test1") { namespace in
                guard case .object(var members) = namespace else { return }
                members["metadata"] = ["name": "test1", "labels": .object(label.mapValues { .string($0) })]
                namespace = .object(members)
            }
        }
        try cluster.server.apply(
            Self.proxyPod("wp-1", namespace: "infra", ["gateway.networking.k8s.io/gateway-name": "wp"])
        )

        #expect(try await Self.names(.waypoint, cluster) == ["wp-1"])
    }

    @Test("without a waypoint the reporter waypoint is refused")
    func noWaypoint() async throws {
        let cluster = try ClusterRig()
        try cluster.fill()
        for labels in [[:], ["istio.io/use-waypoint": "none"], ["istio.io/use-waypoint": "wp"]] {
            try cluster.server.apply(Objects.service(labels: labels).json)
            let error = await #expect(throws: SourceError.self) { _ = try await Self.names(.waypoint, cluster) }
            #expect(error?.code == .noWaypoint)
        }
    }
}
