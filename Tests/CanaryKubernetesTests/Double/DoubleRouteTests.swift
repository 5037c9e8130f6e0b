import CanaryTestKit
import CanaryYAML
import Testing

@Suite("The API server double: routes", .timeLimit(.minutes(1)))
struct DoubleRouteTests {
    private let cluster: ClusterFixture
    private let client: PlainClient

    init() throws {
        var configuration = ClusterFixture.Configuration()
        configuration.routes = Set(DemoRoute.allCases)
        cluster = try ClusterFixture(configuration)
        client = try PlainClient(cluster.server)
    }

    private func route(_ route: DemoRoute) -> JSONValue {
        cluster.server.view.object(route.kind, route.name, in: "test1") ?? .null
    }

    @Test(
        "a VirtualService's weight is any int32, whatever the sum",
        arguments: [
            ("50", "10", 200), ("0", "0", 200), ("-1", "101", 200), ("2147483647", "0", 200), ("null", "1", 200),
            ("2147483648", "1", 422), ("33.5", "1", 422), (#""80""#, "20", 422),
        ]
    )
    func istioWeights(stable: String, canary: String, code: Int) throws {
        let patch = """
            [{"op":"replace","path":"/spec/http/0/route/0/weight","value":\(stable)},
             {"op":"replace","path":"/spec/http/0/route/1/weight","value":\(canary)}]
            """

        #expect(try client.patch(Demo.virtualService, patch).code == code)
    }

    @Test("a null weight is dropped")
    func nullWeight() throws {
        _ = try client.patch(
            Demo.virtualService,
            #"[{"op":"replace","path":"/spec/http/0/route/1/weight","value":null}]"#
        )

        #expect(cluster.weights() == [90, nil])
    }

    @Test(
        "an HTTPRoute's weight lies between 0 and a million",
        arguments: [(0, 200), (1_000_000, 200), (-1, 422), (1_000_001, 422)]
    )
    func gatewayWeights(weight: Int, code: Int) throws {
        let path = "/spec/rules/0/backendRefs/1/weight"
        let answer = try client.patch(Demo.httpRoute, #"[{"op":"replace","path":"\#(path)","value":\#(weight)}]"#)

        #expect(answer.code == code)
        if code == 422 {
            let field = answer.json["details"]?["causes"]?[0]?["field"]?.string
            #expect(field == "spec.rules[0].backendRefs[1].weight")
        }
    }

    @Test("the server fills in the defaults of an HTTPRoute, so that it reads back differently")
    func defaults() throws {
        let path = "/spec/rules/0/backendRefs/1/weight"

        _ = try client.patch(Demo.httpRoute, #"[{"op":"remove","path":"\#(path)"}]"#)

        let rule = route(.httpRoute)["spec"]?["rules"]?[0]
        #expect(rule?["matches"] == [["path": ["type": "PathPrefix", "value": "/"]]])
        #expect(
            rule?["backendRefs"]?[1] == ["group": "", "kind": "Service", "name": "demo4-v2", "port": 80, "weight": 1]
        )
    }

    @Test("each version of a kind shows the same object, and an absent one is a line of text")
    func versions() throws {
        for version in ["v1", "v1beta1", "v1alpha3"] {
            let path = "/apis/networking.istio.io/\(version)/namespaces/test1/virtualservices/demo4-vs"
            let answer = try client.get(path)
            #expect(answer.json["apiVersion"]?.string == "networking.istio.io/\(version)")
            #expect(answer.json["spec"] == route(.virtualService)["spec"])
        }
        for path in ["/apis/networking.istio.io/v1alpha2/virtualservices", "/apis/flagger.app/v1beta1/canaries"] {
            let answer = try client.get(path)
            #expect(answer.code == 404)
            #expect(answer.text == "404 page not found\n")
        }
        cluster.server.serve(.virtualServices, versions: ["v1alpha3"])
        #expect(try client.get(Demo.virtualService).text == "404 page not found\n")
    }

    @Test("discovery tells the groups, their versions and their kinds, and nothing of what is absent")
    func discovery() throws {
        cluster.server.serve(.virtualServices, versions: ["v1beta1"])

        let groups = try client.get("/apis").json["groups"]?.items?.compactMap { $0["name"]?.string } ?? []
        let group = try client.get("/apis/gateway.networking.k8s.io").json
        let kinds = try client.get("/apis/networking.istio.io/v1").json["resources"]?.items ?? []

        #expect(groups.contains("networking.istio.io"))
        #expect(!groups.contains("flagger.app"))
        #expect(group["preferredVersion"]?["version"]?.string == "v1")
        #expect(group["versions"]?.items?.count == 2)
        #expect(!kinds.contains { $0["name"]?.string == "virtualservices" })
        #expect(kinds.contains { $0["name"]?.string == "destinationrules" })
        #expect(try client.get("/apis/flagger.app").code == 404)
        cluster.server.serve(.flaggerCanaries, versions: ["v1beta1"])
        #expect(try client.get("/apis/flagger.app/v1beta1").json["resources"]?[0]?["kind"]?.string == "Canary")
    }

    @Test("the controller's status follows each generation of a route, in a revision of its own")
    func acceptance() throws {
        let patch = #"[{"op":"replace","path":"/spec/rules/0/backendRefs/0/weight","value":50}]"#

        let answer = try client.patch(Demo.httpRoute, patch).json
        let stored = route(.httpRoute)

        #expect(observed(answer) == [1, 1])
        #expect(observed(stored) == [2, 2])
        #expect(stored["metadata"]?["generation"] == 2)
        #expect(stored["metadata"]?["resourceVersion"] != answer["metadata"]?["resourceVersion"])
        #expect(statuses(stored) == ["True", "True"])
    }

    @Test("the controller may lag, refuse a route, or not find its Services")
    func refusal() throws {
        let patch = #"[{"op":"replace","path":"/spec/rules/0/backendRefs/0/weight","value":50}]"#

        cluster.server.setRouteController(.lags)
        _ = try client.patch(Demo.httpRoute, patch)
        #expect(observed(route(.httpRoute)) == [1, 1])

        cluster.server.setRouteController(.rejects(reason: "NoMatchingParent", message: "no listener fits"))
        #expect(observed(route(.httpRoute)) == [2, 2])
        #expect(statuses(route(.httpRoute)) == ["False", "True"])

        cluster.server.setRouteController(.doesNotResolve(reason: "BackendNotFound", message: "demo4-v2"))
        #expect(statuses(route(.httpRoute)) == ["True", "False"])
        #expect(statuses(route(.grpcRoute)) == ["True", "False"])
    }

    private func conditions(_ route: JSONValue) -> [JSONValue] {
        route["status"]?["parents"]?[0]?["conditions"]?.items ?? []
    }

    private func observed(_ route: JSONValue) -> [Int?] { conditions(route).map { $0["observedGeneration"]?.integer } }

    private func statuses(_ route: JSONValue) -> [String?] { conditions(route).map { $0["status"]?.string } }
}
