import CanaryTestKit
import CanaryYAML
import Testing

/// The roles of `deploy/rbac`, held against the requests that the real binary makes.
@Suite(.serialized) struct RoleTests {
    /// Granted, and not used by the runs below.
    static let optional: Set<String> = [
        "get gateways.networking.istio.io",
        "get grpcroutes.gateway.networking.k8s.io",
        "get services",
        "list canaries.flagger.app",
        "list rollouts.argoproj.io",
        "patch grpcroutes.gateway.networking.k8s.io",
        "watch grpcroutes.gateway.networking.k8s.io",
    ]

    @Test("runs are promoted with the role alone, and use all of it but what is optional", .timeLimit(.minutes(6)))
    func run() async throws {
        let role = try RoleManifest("haldane-run-role.yaml", includesCommented: true)
        let wide = try RoleManifest("haldane-preflight-cluster-role.yaml")
        var used: Set<String> = []

        for route in [DemoRoute.virtualService, .httpRoute] {
            let lab = try await ClusterLab.make(route, scenario: "healthy")
            lab.cluster.server.permit(role.rules)
            let result = try await lab.run(["run", try lab.spec()])

            try #require(result.ending == .exited(0), "\(result.output)\n\(result.talk.suffix(3000))")
            let run = try result.json(RunResult.self)
            #expect(run.outcome == "promoted", "\(run.detail) \(run.reason)\n\(result.talk.suffix(3000))")
            #expect(lab.weights == [0, 100])
            let requests = lab.cluster.server.view.requests
            let refused = requests.filter { $0.code == 403 }
            #expect(!refused.isEmpty, "other namespaces were looked at")
            for request in refused {
                #expect(request.namespace == nil && wide.allows(request), "\(request)")
            }
            used.formUnion(requests.filter { $0.code != 403 && !$0.resource.isEmpty }.map { $0.grant.description })
        }

        let granted = Set(role.grants.map(\.description))
        #expect(used.subtracting(granted) == ["create selfsubjectaccessreviews.authorization.k8s.io"])
        #expect(granted.subtracting(used) == Self.optional)
    }

    @Test("with the cluster-wide role nothing is refused, and nothing is left unseen", .timeLimit(.minutes(2)))
    func preflight() async throws {
        let role = try RoleManifest("haldane-run-role.yaml", includesCommented: true)
        let wide = try RoleManifest("haldane-preflight-cluster-role.yaml")
        let lab = try await ClusterLab.make(scenario: "healthy")
        lab.cluster.server.permit(role.rules + wide.rules)

        let result = try await lab.run(["validate", try lab.spec(), "--connect"], as: "validate")

        #expect(result.ending == .exited(0), "\(result.output) \(result.talk)")
        #expect(!result.output.contains("could not be looked at"), "\(result.output)")
        #expect(lab.cluster.server.view.requests.allSatisfy { $0.code != 403 })
    }

    @Test("the cluster-wide role changes nothing and reads no pods")
    func readOnly() throws {
        let wide = try RoleManifest("haldane-preflight-cluster-role.yaml")

        #expect(wide.grants.allSatisfy { ["get", "list"].contains($0.verb) && !$0.resource.hasPrefix("pods") })
    }

    @Test("requests to pods through the API server are not granted unless somebody asks for them")
    func proxy() throws {
        let without = try RoleManifest("haldane-run-role.yaml").grants
        let with = try RoleManifest("haldane-run-role.yaml", includesCommented: true).grants

        #expect(with.subtracting(without).map(\.description) == ["get pods/proxy"])
    }
}

extension RoleManifest {
    /// Whether the role would have allowed a request.
    func allows(_ request: RequestRecord) -> Bool { grants.contains(request.grant) }
}

extension RequestRecord {
    /// The permission that it needs.
    var grant: RoleManifest.Grant {
        RoleManifest.Grant(verb: verb, resource: resource + (subresource.map { "/\($0)" } ?? ""), group: group)
    }
}
