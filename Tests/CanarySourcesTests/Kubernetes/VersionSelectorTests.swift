import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryYAML
import Testing

@Suite struct VersionSelectorTests {
    private static func selectors(
        services: [KubernetesObject] = [ClusterObjects.service()],
        rules: [KubernetesObject] = [ClusterObjects.destinationRule()],
        object: KubernetesObject = ClusterObjects.virtualService([[("demo4", "v1"), ("demo4", "v2")]]),
        route: RouteSpec = ClusterObjects.subsetRoute
    ) throws -> (stable: VersionSelector, canary: VersionSelector) {
        let backends = try RouteBackends(route, object: object)
        return (
            try VersionSelector(backends.stable, services: services, rules: rules),
            try VersionSelector(backends.canary, services: services, rules: rules)
        )
    }

    private static func error(
        services: [KubernetesObject] = [ClusterObjects.service()],
        rules: [KubernetesObject] = [ClusterObjects.destinationRule()]
    ) -> SourceError? {
        do {
            _ = try selectors(services: services, rules: rules)
            return nil
        } catch {
            return error as? SourceError
        }
    }

    @Test("a pod is of a version if the Service selects it and the subset's labels fit")
    func selects() throws {
        let (stable, canary) = try Self.selectors()
        let labels = ["app": "demo4", "version": "v1", "x": "y"]

        #expect(stable.selects(labels, namespace: "test1"))
        #expect(!canary.selects(labels, namespace: "test1"))
        #expect(!stable.selects(labels, namespace: "other"))
        #expect(!stable.selects(["version": "v1"], namespace: "test1"))
        #expect(!stable.selects(["app": "demo4"], namespace: "test1"))
    }

    @Test(
        "a DestinationRule governs its host however that is written",
        arguments: ["demo4", "demo4.test1.svc.cluster.local", "*.test1.svc.cluster.local", "*"]
    )
    func ruleHosts(host: String) {
        #expect(Self.error(rules: [ClusterObjects.destinationRule(host: host)]) == nil)
    }

    @Test("subsets may be spread over several rules, and repeated with the same labels")
    func severalRules() {
        let rules = [
            ClusterObjects.destinationRule("a", subsets: ["v1": ["version": "v1"]]),
            ClusterObjects.destinationRule("b", subsets: ["v1": ["version": "v1"], "v2": ["version": "v2"]]),
        ]
        #expect(Self.error(rules: rules) == nil)
    }

    @Test("a subset that no rule has is refused, with those there are")
    func noSubset() throws {
        let other = ClusterObjects.destinationRule(subsets: ["v1": ["version": "v1"], "blue": [:]])
        let error = try #require(Self.error(rules: [other]))
        #expect(error.code == .noSubset)
        #expect(error.message.contains("'v2'") && error.message.contains("test1/demo4"))
        #expect(error.cause == "test1/demo4-dr has the subsets: blue, v1")
        for rules in [
            [], [ClusterObjects.destinationRule(host: "reviews")], [ClusterObjects.destinationRule(namespace: "b")],
        ] {
            #expect(Self.error(rules: rules)?.cause == "no DestinationRule is for this host")
        }
    }

    @Test("a subset with different labels in two rules is ambiguous")
    func twoMeanings() throws {
        let rules = [
            ClusterObjects.destinationRule("a"),
            ClusterObjects.destinationRule("b", subsets: ["v1": ["version": "one"]]),
        ]
        let error = try #require(Self.error(rules: rules))
        #expect(error.code == .ambiguous)
        #expect(error.cause == "test1/a, test1/b")
    }

    @Test("a Service that is not there, has no selector, or is only a name, is refused with a hint")
    func services() throws {
        let missing = try #require(Self.error(services: [ClusterObjects.service(namespace: "other")]))
        #expect(missing.code == .noService)
        #expect(missing.message == "there is no Service 'demo4' in namespace 'test1'")

        let bare = try #require(Self.error(services: [ClusterObjects.service(selector: nil)]))
        #expect(bare.code == .noSelector)
        #expect(bare.hint?.contains("telemetry.scrape.targets") == true)

        let name = ClusterObjects.service(spec: ["type": "ExternalName", "externalName": "db.example.com"])
        let external = try #require(Self.error(services: [name]))
        #expect(external.message.contains("db.example.com"))
        #expect(external.hint != nil)
    }

    @Test("a headless Service is a Service")
    func headless() {
        #expect(Self.error(services: [ClusterObjects.service(spec: ["clusterIP": "None"])]) == nil)
    }

    @Test("one question a kind and namespace finds the pods and slices of both versions")
    func queries() throws {
        let (stable, canary) = try Self.selectors()
        #expect(
            PodQuery.all(stable, canary).map { [$0.namespace, $0.pods ?? "-", $0.slices] }
                == [["test1", "app=demo4", "kubernetes.io/service-name=demo4"]]
        )

        let two = try Self.selectors(
            services: [
                ClusterObjects.service("demo4-v1", selector: ["app": "demo4", "version": "v1", "old": "yes"]),
                ClusterObjects.service("demo4-v2", selector: ["app": "demo4", "version": "v2"]),
            ],
            object: ClusterObjects.httpRoute(),
            route: RouteSpec(kind: .httpRoute, object: "demo4", stable: DestinationSpec(), canary: DestinationSpec())
        )
        let query = try #require(PodQuery.all(two.stable, two.canary).first)
        #expect(query.pods == "app=demo4,version in (v1,v2)")
        #expect(query.slices == "kubernetes.io/service-name in (demo4-v1,demo4-v2)")

        let apart = try Self.selectors(
            services: [
                ClusterObjects.service("demo4-v1", selector: ["old": "x"]),
                ClusterObjects.service("demo4-v2", selector: ["new": "x"]),
            ],
            object: ClusterObjects.httpRoute(),
            route: RouteSpec(kind: .httpRoute, object: "demo4", stable: DestinationSpec(), canary: DestinationSpec())
        )
        #expect(PodQuery.all(apart.stable, apart.canary).map(\.pods) == [nil])
    }
}
