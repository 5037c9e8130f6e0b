import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryTelemetry
import CanaryTransport
import CanaryYAML
import Testing

@Suite struct PodTargetsTests {
    private static func targets(
        _ pods: [KubernetesObject],
        scrape: PodScrape = PodScrape(),
        telemetry: TelemetrySpec = TelemetrySpec(),
        proxy: @escaping PodTargets.Proxy = { namespace, pod, port, path in
            HTTPRequest(url: "https://api:6443/\(namespace)/\(pod):\(port)\(path)")
        }
    ) async throws -> [ScrapeTarget] {
        let backends = try RouteBackends(
            ClusterObjects.subsetRoute,
            object: ClusterObjects.virtualService([[("demo4", "v1"), ("demo4", "v2")]])
        )
        let rules = [ClusterObjects.destinationRule()]
        let inventory = PodInventory(
            pods: pods,
            slices: [ClusterObjects.slice([("a", ClusterObjects.ready), ("b", ClusterObjects.draining)])],
            stable: try VersionSelector(backends.stable, services: [ClusterObjects.service()], rules: rules),
            canary: try VersionSelector(backends.canary, services: [ClusterObjects.service()], rules: rules)
        )
        return await PodTargets(scrape: scrape, telemetry: telemetry, proxy: proxy).targets(of: inventory.pods)
    }

    @Test("a pod is asked at its own address, under its own name, with its version")
    func direct() async throws {
        let found = try await Self.targets([
            ClusterObjects.pod("a"), ClusterObjects.pod("c", version: "v2", ip: "fd00::7"),
        ])

        #expect(found.map(\.name) == ["a", "c"])
        #expect(
            found.map(\.url) == [
                "http://10.0.0.1:15020/stats/prometheus", "http://[fd00::7]:15020/stats/prometheus",
            ]
        )
        #expect(found.map(\.side) == [.stable, .canary])
        #expect(found.map(\.mustAnswer) == [true, false])
        #expect(found.map(\.incarnation) == ["test1-a-uid", "test1-c-uid"])
    }

    @Test("ending pods are still asked; those without an address or that ended are not")
    func whoIsAsked() async throws {
        let found = try await Self.targets([
            ClusterObjects.pod("a", ip: nil), ClusterObjects.pod("b"),
            ClusterObjects.pod("c", status: ["phase": "Failed"]),
        ])

        #expect(found.map(\.name) == ["b"])
        #expect(found.map(\.mustAnswer) == [false])
    }

    @Test("port, path, deadline and security are the spec's")
    func settings() async throws {
        let security = ScrapeSecurity(tokenFile: "/token", skipsVerification: true)
        let found = try await Self.targets(
            [ClusterObjects.pod("a")],
            scrape: PodScrape(port: 15090, path: "metrics"),
            telemetry: TelemetrySpec(security: security, timeout: .seconds(2))
        )

        let request = try #require(found.first?.request)
        #expect(request.url == "http://10.0.0.1:15090/metrics")
        #expect(request.deadline == .seconds(2))
        #expect(request.token == .file("/token"))
        #expect(!request.security.verifiesPeer)
    }

    @Test("through the API server the request is the cluster's, and the scrape's token is not sent there")
    func proxied() async throws {
        let telemetry = TelemetrySpec(security: ScrapeSecurity(tokenFile: "/token"), timeout: .seconds(2))
        let found = try await Self.targets(
            [ClusterObjects.pod("a")],
            scrape: PodScrape(via: .apiServer),
            telemetry: telemetry
        )

        let target = try #require(found.first)
        #expect(target.name == "a")
        #expect(target.url == "https://api:6443/test1/a:15020/stats/prometheus")
        #expect(target.request.token == nil)
        #expect(target.request.deadline == .seconds(2))
        #expect(target.request.headers.contains { $0.name == "Accept" && $0.value.contains("0.0.4") })
    }

    @Test("credentials that cannot be had leave the pod a target, which says why")
    func noCredentials() async throws {
        let found = try await Self.targets([ClusterObjects.pod("a")], scrape: PodScrape(via: .apiServer)) {
            _,
            _,
            _,
            _ in
            throw KubernetesError(code: .unauthorized, message: "the plugin failed", cause: "exit 1")
        }

        #expect(found.map(\.obstacle) == ["the plugin failed: exit 1"])
    }
}
