import CanaryCore
import CanaryTelemetry
import CanaryYAML
import Testing

@Suite struct FleetReaderTests {
    private static func inventory(_ texts: String..., namespaces: Set<String> = []) -> FleetInventory {
        var reader = FleetReader()
        for (index, text) in texts.enumerated() { reader.add(text: text, file: "file\(index).yaml") }
        return reader.inventory(namespaces: namespaces)
    }

    private static func route(_ name: String, _ body: String, namespace: String = "test") -> String {
        """
        apiVersion: networking.istio.io/v1
        kind: VirtualService
        metadata: { name: \(name), namespace: \(namespace) }
        spec:
          hosts: [\(name)]
          http:
        \(body)
        """
    }

    private static let split = route(
        "reviews",
        """
          - route:
            - { destination: { host: reviews, subset: v2 }, weight: 10 }
            - { destination: { host: reviews, subset: v1 }, weight: 90 }
        """
    )

    private static let subsets = """
        apiVersion: networking.istio.io/v1
        kind: DestinationRule
        metadata: { name: reviews, namespace: test }
        spec:
          host: reviews
          subsets:
          - { name: v1, labels: { version: "1.4" } }
          - { name: v2, labels: { version: "1.5" } }
        """

    @Test("a rule that splits traffic compares its two versions, the larger weight as stable")
    func versions() throws {
        let inventory = Self.inventory(Self.split, Self.subsets)

        let subject = try #require(inventory.subjects.first)
        #expect(inventory.subjects.count == 1)
        #expect(subject.check == CheckSubject(key: "test/reviews", comparison: .versions, stable: "v1", canary: "v2"))
        #expect(subject.stable.service == "reviews.test.svc.cluster.local")
        #expect(subject.stable.selector == CohortSelector(subset: "1.4"))
        #expect(subject.canary.selector == CohortSelector(subset: "1.5"))
        #expect(subject.weights == RouteWeights(stable: 90, canary: 10))
        #expect(subject.routes == ["VirtualService test/reviews, rule 0 (file0.yaml:7)"])
        #expect(subject.notes == [])
        #expect(subject.problem == nil)
        #expect(inventory.routes == 1)
    }

    @Test("without a DestinationRule a subset is taken as the version, and that is said")
    func noDestinationRule() throws {
        let subject = try #require(Self.inventory(Self.split).subjects.first)

        #expect(subject.canary.selector == CohortSelector(subset: "v2"))
        #expect(subject.notes.count == 2)
        #expect(subject.notes.first?.contains("no DestinationRule was read for the subset 'v1'") == true)
    }

    @Test("subsets that telemetry cannot tell apart are a problem of that service, with what to do")
    func untellable() throws {
        let rules = Self.subsets.replacing("version:", with: "rollouts-pod-template-hash:")

        let subject = try #require(Self.inventory(Self.split, rules).subjects.first)

        #expect(subject.problem?.label == "notComparable")
        #expect(subject.problem?.text.contains("rollouts-pod-template-hash") == true)
    }

    @Test("a service that gets everything is compared with its own past, once however many routes lead to it")
    func ownPast() throws {
        let ratings = "  - route: [ { destination: { host: ratings } } ]"
        let full = "  - route: [ { destination: { host: ratings.test.svc.cluster.local }, weight: 100 } ]"
        let idle = """
              - route:
                - { destination: { host: details, subset: v1 }, weight: 100 }
                - { destination: { host: details, subset: v2 }, weight: 0 }
            """

        let inventory = Self.inventory(
            Self.route("ratings", ratings) + "\n---\n" + Self.route("entry", full) + "\n---\n"
                + Self.route("details", idle)
        )

        #expect(inventory.subjects.map(\.check.key) == ["test/details", "test/ratings"])
        #expect(inventory.subjects.allSatisfy { $0.check.comparison == .ownPast })
        #expect(inventory.subjects.last?.routes.count == 2)
        #expect(inventory.subjects.first?.canary == FleetCohorts.Cohort(service: "details.test.svc.cluster.local"))
    }

    @Test("versions that are Services of their own keep one key, whoever has the larger weight")
    func gateway() throws {
        func route(_ first: Int, _ second: Int) -> String {
            """
            apiVersion: gateway.networking.k8s.io/v1
            kind: HTTPRoute
            metadata: { name: reviews, namespace: shop }
            spec:
              rules:
              - backendRefs:
                - { name: reviews-v1, port: 9080, weight: \(first) }
                - { name: reviews-v2, port: 9080, weight: \(second) }
            """
        }

        let before = try #require(Self.inventory(route(80, 20)).subjects.first)
        let after = try #require(Self.inventory(route(20, 80)).subjects.first)

        #expect(before.check.key == "shop/reviews-v1")
        #expect(after.check.key == before.check.key)
        #expect((before.check.stable, before.check.canary) == ("reviews-v1", "reviews-v2"))
        #expect((after.check.stable, after.check.canary) == ("reviews-v2", "reviews-v1"))
        #expect(before.canary == FleetCohorts.Cohort(service: "reviews-v2.shop.svc.cluster.local"))
        #expect(Self.inventory(route(80, 20)).subjects.count == 1)
    }

    @Test("of more than two destinations the two largest are compared, and that is said")
    func threeDestinations() throws {
        let text = Self.route(
            "reviews",
            """
              - route:
                - { destination: { host: reviews, subset: v1 }, weight: 60 }
                - { destination: { host: reviews, subset: v2 }, weight: 10 }
                - { destination: { host: reviews, subset: v3 }, weight: 30 }
            """
        )

        let subject = try #require(Self.inventory(text, Self.subsets).subjects.first)

        #expect((subject.check.stable, subject.check.canary) == ("v1", "v3"))
        #expect(subject.notes.contains { $0.contains("more than two destinations") && $0.contains("v2") })
    }

    @Test("destinations without subset on one host cannot be told apart")
    func sameHost() throws {
        let text = Self.route(
            "reviews",
            """
              - route:
                - { destination: { host: reviews }, weight: 60 }
                - { destination: { host: reviews, subset: v2 }, weight: 40 }
            """
        )

        #expect(Self.inventory(text).subjects.first?.problem?.label == "notComparable")
    }

    @Test("hosts outside of the cluster are left out and named")
    func foreignHosts() {
        let inventory = Self.inventory(
            Self.route("out", "  - route: [ { destination: { host: api.example.com } } ]")
        )

        #expect(inventory.subjects.isEmpty)
        #expect(inventory.notes.contains { $0.contains("api.example.com") })
    }

    @Test("what cannot be read is listed with its line, and the rest is read")
    func problems() {
        let broken = "kind: VirtualService\n\tbad"
        let odd = Self.route("odd", "  - route: [ { destination: { host: odd }, weight: many } ]")
        let old = "apiVersion: networking.istio.io/v9\nkind: VirtualService\nmetadata: { name: new }\nspec: {}"

        let inventory = Self.inventory(broken, odd, old, Self.split, Self.subsets)

        #expect(inventory.subjects.map(\.check.key) == ["test/reviews"])
        #expect(inventory.problems.map(\.place) == ["file0.yaml:2", "file1.yaml:1", "file2.yaml:1"])
        #expect(inventory.problems.map(\.message).allSatisfy { !$0.isEmpty })
    }

    @Test("other kinds of objects, and texts that are nothing, are passed over")
    func otherObjects() {
        let inventory = Self.inventory("", "a: [", "kind: Deployment\napiVersion: apps/v1", "\u{0}VirtualService")

        #expect(inventory.subjects.isEmpty)
        #expect(inventory.problems.count == 1)
    }

    @Test("only the namespaces that were named are looked at")
    func namespaces() {
        let other = Self.split.replacing("namespace: test", with: "namespace: other")

        let inventory = Self.inventory(Self.split, other, namespaces: ["other"])

        #expect(inventory.subjects.map(\.check.key) == ["other/reviews"])
    }

    @Test("objects of an API are read as files are")
    func objects() throws {
        var reader = FleetReader()
        reader.add(
            json: [
                "apiVersion": "networking.istio.io/v1", "kind": "VirtualService",
                "metadata": ["name": "reviews", "namespace": "test"],
                "spec": [
                    "hosts": ["reviews"],
                    "http": [
                        [
                            "route": [
                                ["destination": ["host": "reviews", "subset": "v1"], "weight": 95],
                                ["destination": ["host": "reviews", "subset": "v2"], "weight": 5],
                            ]
                        ]
                    ],
                ],
            ]
        )

        let subject = try #require(reader.inventory().subjects.first)
        #expect(subject.check.key == "test/reviews")
        #expect(subject.routes == ["VirtualService test/reviews, rule 0"])
    }

    @Test("a split under a match is compared, with a warning")
    func match() throws {
        let text = Self.route(
            "reviews",
            """
              - match: [ { headers: { cookie: { regex: staff } } } ]
                route:
                - { destination: { host: reviews, subset: v1 }, weight: 50 }
                - { destination: { host: reviews, subset: v2 }, weight: 50 }
              - route: [ { destination: { host: reviews, subset: v1 } } ]
            """
        )

        let inventory = Self.inventory(text, Self.subsets)

        #expect(inventory.subjects.count == 1)
        let subject = try #require(inventory.subjects.first)
        #expect(subject.check.stable == "v1")
        #expect(subject.notes.contains { $0.contains("has a match") })
        #expect(subject.notes.contains { $0.contains("same weight") })
    }
}
