import CanaryCore
import CanaryKubernetes
import CanarySources
import CanaryYAML
import Testing

@Suite struct RouteBackendsTests {
    private typealias Destination = (host: String, subset: String?)

    private static let full = "demo4.test1.svc.cluster.local"
    private static let pair: [[Destination]] = [[("demo4", "v1"), ("demo4", "v2")]]

    private func backends(
        _ stable: DestinationSpec,
        _ canary: DestinationSpec,
        kind: RouteSpec.Kind = .virtualService,
        rule: RuleSelector? = nil,
        in object: KubernetesObject
    ) throws(SourceError) -> [String] {
        let route = RouteSpec(kind: kind, object: object.name, rule: rule, stable: stable, canary: canary)
        let found = try RouteBackends(route, object: object)
        return [found.stable.description, found.canary.description]
    }

    private func code(_ act: () throws -> Void) -> SourceError.Code? {
        do {
            try act()
            return nil
        } catch {
            return (error as? SourceError)?.code
        }
    }

    @Test(
        "a host is a Service as Istio reads it",
        arguments: [
            ("demo4", "here/demo4"), ("demo4.test1.svc.cluster.local", "test1/demo4"),
            ("demo4.test1.svc.cluster.local.", "test1/demo4"), ("demo4.test1.svc", "test1/demo4"),
            ("demo4.test1", nil), ("api.example.com", nil), ("*.test1.svc.cluster.local", nil), ("", nil), (".", nil),
            ("a..svc", nil),
        ] as [(String, String?)]
    )
    func hosts(host: String, expected: String?) {
        #expect(ServiceName(host: host, from: "here")?.description == expected)
    }

    @Test("subsets alone are completed with the rule's host, short or full")
    func subsets() throws {
        for host in ["demo4", Self.full] {
            let object = ClusterObjects.virtualService([[(host, "v1"), (host, "v2")]])
            #expect(
                try backends(DestinationSpec(subset: "v1"), DestinationSpec(subset: "v2"), in: object)
                    == ["Service test1/demo4, subset v1", "Service test1/demo4, subset v2"]
            )
        }
    }

    @Test("a host of another namespace leads there")
    func otherNamespace() throws {
        let host = "demo4.other.svc.cluster.local"
        let object = ClusterObjects.virtualService([[(host, "v1"), (host, "v2")]])
        #expect(
            try backends(DestinationSpec(subset: "v1"), DestinationSpec(subset: "v2"), in: object)
                == ["Service other/demo4, subset v1", "Service other/demo4, subset v2"]
        )
    }

    @Test("destinations that the spec does not name are taken in the rule's order, or as the other one")
    func unnamed() throws {
        let object = ClusterObjects.virtualService(Self.pair)
        let (first, second) = ("Service test1/demo4, subset v1", "Service test1/demo4, subset v2")
        let none = DestinationSpec(workload: "w")
        #expect(try backends(none, none, in: object) == [first, second])
        #expect(try backends(DestinationSpec(subset: "v2"), none, in: object) == [second, first])
        #expect(try backends(none, DestinationSpec(subset: "v1"), in: object) == [second, first])
        #expect(try backends(none, DestinationSpec(subset: "v2"), in: object) == [first, second])
    }

    @Test("a destination that is not in the rule yet is the spec's own, on its partner's host")
    func lone() throws {
        let object = ClusterObjects.virtualService([[(Self.full, "v1")]])
        #expect(
            try backends(DestinationSpec(subset: "v1"), DestinationSpec(subset: "v2"), in: object)
                == ["Service test1/demo4, subset v1", "Service test1/demo4, subset v2"]
        )
        #expect(
            try backends(DestinationSpec(subset: "v1"), DestinationSpec(host: "demo4-v2"), in: object)[1]
                == "Service test1/demo4-v2"
        )
    }

    @Test("other rules do not count when the spec names one")
    func chosenRule() throws {
        let object = ClusterObjects.virtualService(
            Self.pair + [[("other", "v1"), ("other", "v2")]],
            names: ["staff", nil]
        )
        let (stable, canary) = (DestinationSpec(subset: "v1"), DestinationSpec(subset: "v2"))
        #expect(code { _ = try backends(stable, canary, in: object) } == .ambiguous)
        #expect(try backends(stable, canary, rule: .name("staff"), in: object)[0] == "Service test1/demo4, subset v1")
        #expect(try backends(stable, canary, rule: .index(1), in: object)[0] == "Service test1/other, subset v1")
    }

    @Test("an HTTPRoute's backends are Services, in its namespace or another")
    func httpRoute() throws {
        let object = ClusterObjects.httpRoute([
            ["name": "demo4-v1"], ["name": "demo4-v2", "namespace": "other", "kind": "Service", "group": ""],
            ["name": "bucket", "kind": "Bucket", "group": "example.com"],
        ])
        let none = DestinationSpec()
        let expected = ["Service test1/demo4-v1", "Service other/demo4-v2"]
        #expect(try backends(none, none, kind: .httpRoute, in: object) == expected)
        let (stable, canary) = (DestinationSpec(host: "demo4-v1"), DestinationSpec(host: "demo4-v2.other.svc"))
        #expect(try backends(stable, canary, kind: .httpRoute, in: object) == expected)
    }

    @Test("what cannot be resolved is refused with the reason")
    func refused() {
        let object = ClusterObjects.virtualService(Self.pair)
        let same = DestinationSpec(subset: "v1")
        #expect(code { _ = try backends(same, same, in: object) } == .ambiguous)
        let external = DestinationSpec(host: "api.example.com")
        #expect(code { _ = try backends(external, same, in: object) } == .notAService)
        let empty = ClusterObjects.virtualService([])
        #expect(code { _ = try backends(DestinationSpec(), DestinationSpec(), in: empty) } == .badRoute)
        #expect(code { _ = try backends(same, DestinationSpec(subset: "v2"), in: empty) } == .badRoute)
        let odd = KubernetesObject(["spec": ["http": [1, ["route": "x"], ["route": [["destination": ["host": 7]]]]]]])
        #expect(code { _ = try backends(DestinationSpec(), DestinationSpec(), in: odd) } == .badRoute)
    }
}
