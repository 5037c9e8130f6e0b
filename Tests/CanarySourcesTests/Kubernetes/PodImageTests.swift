import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryYAML
import Testing

@Suite("What pods are built from")
struct PodImageTests {
    private static func pod(_ name: String, _ containers: JSONValue) -> KubernetesObject {
        guard case .object(var members) = ClusterObjects.pod(name).json else { return ClusterObjects.pod(name) }
        members["spec"] = ["containers": containers]
        return KubernetesObject(.object(members))
    }

    /// What is said of stable's pods.
    private static func image(_ pods: [KubernetesObject]) throws -> String? {
        let route = ClusterObjects.subsetRoute
        let object = ClusterObjects.virtualService([[("demo4", "v1"), ("demo4", "v2")]])
        let backends = try RouteBackends(route, object: object)
        let rules = [ClusterObjects.destinationRule(subsets: ["v1": ["version": "v1"], "v2": ["version": "v2"]])]
        let services = [ClusterObjects.service()]
        let inventory = PodInventory(
            pods: pods,
            slices: [],
            stable: try VersionSelector(backends.stable, services: services, rules: rules),
            canary: try VersionSelector(backends.canary, services: services, rules: rules)
        )
        return inventory.population(route, namespace: "test1").stable.image
    }

    @Test(
        "an image is named by the end of its name with its tag, or with the head of its digest",
        arguments: [
            ("reviews:1.4.2", "reviews:1.4.2"), ("reviews", "reviews"),
            ("registry.example.com:5000/shop/reviews:1.4.2", "reviews:1.4.2"),
            ("registry.example.com:5000/shop/reviews", "reviews"),
            ("ghcr.io/a/reviews@sha256:3f2a9c1b7d10aabbccddeeff", "reviews@3f2a9c1b7d10"),
            ("reviews:1.4.2@sha256:3f2a9c1b7d10aabbccddeeff", "reviews:1.4.2"),
            ("reviews:latest@sha256:3f2a9c1b7d10aabbccddeeff", "reviews@3f2a9c1b7d10"), ("reviews:", "reviews"),
        ]
    )
    func short(reference: String, short: String) throws {
        #expect(try Self.image([Self.pod("a", [["name": "app", "image": .string(reference)]])]) == short)
    }

    @Test(
        "what is no reference to an image is not named, and a long one is cut",
        arguments: ["", "a b", "a\u{1B}[2J", "a\n", "/", ":1", "@sha256:12", "\u{202E}x"]
    )
    func strange(reference: String) throws {
        #expect(try Self.image([Self.pod("a", [["name": "app", "image": .string(reference)]])]) == nil)
        let long = String(repeating: "a", count: 3000) + ":" + String(repeating: "1", count: 900)
        let cut = try Self.image([Self.pod("a", [["name": "app", "image": .string(long)]])])
        #expect((cut?.count ?? 0) <= 101)
    }

    @Test("the first container that is no sidecar counts, and of many images two are named")
    func containers() throws {
        let sidecar: JSONValue = ["name": "istio-proxy", "image": "istio/proxyv2:1.27.0"]
        let app: JSONValue = ["name": "app", "image": "reviews:2"]
        let log: JSONValue = ["name": "log", "image": "fluent:1"]
        #expect(try Self.image([Self.pod("a", .array([sidecar, app, log]))]) == "reviews:2")
        #expect(try Self.image([Self.pod("a", .array([sidecar]))]) == nil)
        let pods = (1...4).map { Self.pod("p\($0)", [["name": "app", "image": .string("reviews:\($0)")]]) }
        #expect(try Self.image(pods) == "reviews:1,reviews:2,…")
    }
}
