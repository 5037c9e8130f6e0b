import CanaryCore
import CanaryKubernetes
import CanaryRouting
import CanaryTestKit
import CanaryYAML
import Testing

@Suite("KubernetesRouteStore")
struct KubernetesRouteStoreTests {
    @Test(
        "A store in a cluster does what every route store must do",
        .timeLimit(.minutes(2)),
        arguments: [DemoRoute.virtualService, .httpRoute, .grpcRoute]
    )
    func conforms(route: DemoRoute) async throws {
        let conformance = RouteStoreConformance {
            let cluster = try await RouteInCluster(route)
            return RouteStoreConformance.Subject(
                store: cluster.store,
                interfere: { try cluster.setWeights($0.stable, $0.canary) },
                remove: {
                    cluster.server.delete(route.kind, route.name, in: "test1")
                    await cluster.wait { $0 == nil }
                }
            )
        }
        let failures = try await conformance.failures()
        #expect(failures == [])
    }

    @Test(
        "Only the two weights change in the object, in one request",
        .timeLimit(.minutes(1)),
        arguments: DemoRoute.allCases
    )
    func onlyWeights(route: DemoRoute) async throws {
        let cluster = try await RouteInCluster(route)
        let before = try #require(cluster.object)
        let found = try await cluster.store.read()
        let after = try await cluster.store.apply(
            WeightPlan(canaryPercent: 25, purpose: .step),
            expecting: found.revision
        )

        #expect(after.weights == RouteWeights(stable: 75, canary: 25))
        let stored = try #require(cluster.object)
        let entries = cluster.path
        #expect(
            Set(differences(before["spec"] ?? .null, stored["spec"] ?? .null, at: "/spec"))
                == ["\(entries)/0/weight", "\(entries)/1/weight"]
        )
        #expect(before["metadata"]?["annotations"] == stored["metadata"]?["annotations"])
        let writes = cluster.server.view.writes
        #expect(writes.count == 1)
        #expect(writes.first?.verb == "patch")
        #expect(
            writes.first?.json
                == [
                    [
                        "op": "replace", "path": "/metadata/resourceVersion",
                        "value": before["metadata"]?["resourceVersion"] ?? .null,
                    ],
                    ["op": "replace", "path": .string("\(entries)/0/weight"), "value": 75],
                    ["op": "replace", "path": .string("\(entries)/1/weight"), "value": 25],
                ]
        )
        #expect(cluster.server.view.requests("get", route.kind).isEmpty)
        #expect(cluster.server.view.requests("list", route.kind).count == 1)
    }

    @Test("The cookie rule is read with its reach, and the other rule is left alone", .timeLimit(.minutes(1)))
    func cookie() async throws {
        let cluster = try await RouteInCluster(.cookieVirtualService)
        let found = try await cluster.store.read()
        #expect(found.place == "VirtualService test1/demo4-cookie-vs, rule 0")
        #expect(found.weights == RouteWeights(stable: 50, canary: 50))
        #expect(found.reach == .segmentOfStable(elsewhere: "rule 1"))
        _ = try await cluster.store.apply(.allStable, expecting: found.revision)
        #expect(cluster.object?["spec"]?["http"]?[1]?["route"]?.items?.count == 1)
    }

    @Test("A change of annotations is written over, a change of the rule is not", .timeLimit(.minutes(1)))
    func rivals() async throws {
        let cluster = try await RouteInCluster(.virtualService)
        let found = try await cluster.store.read()
        let note = #"[{"op":"add","path":"/metadata/annotations","value":{"note":"x"}}]"#
        cluster.server.inject(Fault(.rivalBefore(Rival(.patch(note))), on: ["patch"]))
        let after = try await cluster.store.apply(
            WeightPlan(canaryPercent: 25, purpose: .step),
            expecting: found.revision
        )
        #expect(after.weights == RouteWeights(stable: 75, canary: 25))
        #expect(cluster.object?["metadata"]?["annotations"]?["note"] == "x")

        let timeout = #"[{"op":"add","path":"/spec/http/0/timeout","value":"3s"}]"#
        cluster.server.inject(Fault(.rivalBefore(Rival(.patch(timeout), as: "kustomize-controller")), on: ["patch"]))
        let error = try await #require(throws: RouteError.self) {
            try await cluster.store.apply(WeightPlan(canaryPercent: 50, purpose: .step), expecting: after.revision)
        }
        #expect(error.code == .conflict)
        #expect(error.disposition == .retry)
        let now = try await cluster.store.read()
        #expect(now.weights == RouteWeights(stable: 75, canary: 25))
        #expect(now.revision != after.revision)
        #expect(now.writer == "kustomize-controller")
    }

    @Test("A rule that moved in its list is found again by what it is", .timeLimit(.minutes(1)))
    func moved() async throws {
        let cluster = try await RouteInCluster(.virtualService, rule: .index(0))
        _ = try await cluster.store.read()
        let ahead =
            #"[{"op":"add","path":"/spec/http/0","value":{"match":[{"uri":{"exact":"/x"}}],"#
            + #""route":[{"destination":{"host":"demo4","subset":"v1"},"weight":1},{"destination":{"host":"demo4","subset":"v2"},"weight":2}]}}]"#
        try cluster.server.change(.virtualServices, "demo4-vs", in: "test1", patch: ahead)
        await cluster.wait { $0?.generation == 2 }
        let now = try await cluster.store.read()
        #expect(now.weights == RouteWeights(stable: 90, canary: 10))
        _ = try await cluster.store.apply(.allStable, expecting: now.revision)
        let rules = try #require(cluster.object?["spec"]?["http"])
        #expect(rules[0]?["route"]?[1]?["weight"] == 2)
        #expect(rules[1]?["route"]?[0]?["weight"] == 100)
    }

    @Test("A lone destination gets its partner added, with its port", .timeLimit(.minutes(1)))
    func lone() async throws {
        for route in [DemoRoute.virtualService, .httpRoute] {
            let cluster = try await RouteInCluster(route) { server in
                let entries = route == .virtualService ? "/spec/http/0/route" : "/spec/rules/0/backendRefs"
                try server.change(
                    route.kind,
                    route.name,
                    in: "test1",
                    patch: #"[{"op":"remove","path":"\#(entries)/1"}]"#
                )
            }
            let found = try await cluster.store.read()
            #expect(found.weights == RouteWeights(stable: 100, canary: 0))
            let same = try await cluster.store.apply(.allStable, expecting: found.revision)
            #expect(same == found)
            let after = try await cluster.store.apply(
                WeightPlan(canaryPercent: 5, purpose: .step),
                expecting: found.revision
            )
            #expect(after.weights == RouteWeights(stable: 95, canary: 5))
        }
    }

    @Test("A preview asks the server and stores nothing", .timeLimit(.minutes(1)))
    func preview() async throws {
        let cluster = try await RouteInCluster(.virtualService)
        let before = cluster.object
        let patch = try await cluster.store.preview(WeightPlan(canaryPercent: 25, purpose: .step))
        #expect(patch.weights == RouteWeights(stable: 75, canary: 25))
        #expect(cluster.object == before)
        #expect(cluster.server.view.writes.isEmpty)
    }
}

/// The pointers at which two documents differ.
private func differences(_ left: JSONValue, _ right: JSONValue, at pointer: String) -> [String] {
    switch (left, right) {
    case (.object(let mine), .object(let theirs)):
        return Set(mine.keys).union(theirs.keys).flatMap { key in
            guard let one = mine[key], let other = theirs[key] else { return ["\(pointer)/\(key)"] }
            return differences(one, other, at: "\(pointer)/\(key)")
        }
    case (.array(let mine), .array(let theirs)) where mine.count == theirs.count:
        return mine.indices.flatMap { differences(mine[$0], theirs[$0], at: "\(pointer)/\($0)") }
    default:
        return left == right ? [] : [pointer]
    }
}
