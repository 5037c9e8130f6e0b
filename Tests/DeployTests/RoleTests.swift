import CanaryTestKit
import CanaryYAML
import Testing

/// What the manifests permit. That the requests of a real agent need all of it and nothing more is a test among the end-to-end suites.
@Suite("Roles of the agent")
struct RoleTests {
    private static let writes: Set<String> = ["create", "update", "patch", "delete"]

    private static func rules(_ paths: [String], of account: String = "haldane-agent") throws -> RBACRules {
        try RBACRules(of: account, in: "haldane-system", manifests: paths.flatMap { try DeployFolder.build($0) })
    }

    @Test("the agent writes routes, statuses, Leases, ConfigMaps and events, and nothing else")
    func writes() throws {
        let rules = try Self.rules(["kustomize/overlays/cluster"])

        #expect(
            Set(rules.grants.filter { Self.writes.contains($0.verb) }.map(\.description)) == [
                "patch virtualservices.networking.istio.io", "patch httproutes.gateway.networking.k8s.io",
                "patch grpcroutes.gateway.networking.k8s.io", "patch canaries/status.haldane.dev",
                "patch canarypolicies/status.haldane.dev", "create leases.coordination.k8s.io",
                "update leases.coordination.k8s.io", "create configmaps", "update configmaps",
                "delete configmaps",
                "create events.events.k8s.io",
            ]
        )
    }

    @Test("no Secret is read, no ConfigMap listed, no pod proxied unless somebody asks for it")
    func reads() throws {
        let plain = try Self.rules(["kustomize/overlays/cluster"])
        let proxied = try Self.rules(["kustomize/overlays/cluster", "kustomize/pods-proxy"])

        #expect(!plain.grants.contains { $0.resource == "secrets" })
        #expect(!plain.grants.contains { $0.resource == "configmaps" && ["list", "watch"].contains($0.verb) })
        #expect(proxied.grants.subtracting(plain.grants).map(\.description) == ["get pods/proxy"])
    }

    @Test(
        "in the namespaced overlay nothing is granted outside of the namespaces, and in them what is granted cluster-wide"
    )
    func namespaced() throws {
        let wide = try Self.rules(["kustomize/overlays/cluster"]).grants.filter { $0.namespace == nil }
        let narrow = try Self.rules(["kustomize/overlays/namespaced"]).grants

        #expect(Set(narrow.map(\.namespace)) == ["haldane-system", "test1"])
        let there = Set(narrow.filter { $0.namespace == "test1" }.map(\.description))
        #expect(Set(wide.map(\.description)).subtracting(there) == ["get namespaces"])
        #expect(there.isSubset(of: wide.map(\.description)))
    }

    @Test("a sweep may do what the agent may in the namespaces of canaries")
    func sweep() throws {
        let paths = ["kustomize/overlays/cluster", "kustomize/sweep"]
        let agent = try Self.rules(paths).grants.filter { $0.namespace == nil }

        let all = try Self.rules(paths, of: "haldane-sweep").grants
        let sweep = all.filter { $0.namespace == nil }
        #expect(sweep == agent)
        // Where it has roles in single namespaces only, it reads the cluster's policy all the same.
        let own = all.subtracting(sweep)
        #expect(
            own.map(\.description).sorted() == ["get canarypolicies.haldane.dev", "get leases.coordination.k8s.io"]
        )
        #expect(own.allSatisfy { $0.namespace == "haldane-system" })
        // It reads the requests of operators, and answers them.
        let needs = ["get canaries.haldane.dev", "patch canaries/status.haldane.dev"]
        #expect(Set(sweep.map(\.description)).isSuperset(of: needs))
    }

    @Test("to force a promotion is granted by one role, which joins no other")
    func force() throws {
        let roles = try DeployFolder.build("kustomize/base").filter { $0["kind"] == "ClusterRole" }
        let forcing = roles.filter { role in
            (role["rules"]?.items ?? []).contains { $0["verbs"]?.items?.contains("force-promote") == true }
        }

        #expect(forcing.map(\.title) == ["ClusterRole haldane-operator-force"])
        let labels = forcing.flatMap { $0[["metadata", "labels"]]?.strings.map(\.key) ?? [] }
        #expect(!labels.contains { $0.contains("aggregate") })
    }

    @Test("requests are covered by what grants them, in its place and under its name alone")
    func covering() throws {
        let manifests = try DeployFolder.documents(
            of: """
                kind: Role
                metadata: {name: r, namespace: shop}
                rules: [{apiGroups: [""], resources: [pods/proxy], resourceNames: [a], verbs: [get]},
                  {apiGroups: [apps], resources: [deployments], verbs: [list, watch]}]
                ---
                kind: RoleBinding
                metadata: {name: b, namespace: shop}
                roleRef: {kind: Role, name: r}
                subjects: [{kind: ServiceAccount, name: agent, namespace: ops}]
                """
        )
        let rules = try RBACRules(of: "agent", in: "ops", manifests: manifests)
        func asked(_ verb: String, _ group: String, _ resource: String, _ namespace: String?, _ name: String? = nil)
            -> RBACRules.Grant
        {
            RBACRules.Grant(verb: verb, group: group, resource: resource, namespace: namespace, name: name)
        }

        #expect(rules.covers(asked("get", "", "pods/proxy", "shop", "a")))
        #expect(!rules.covers(asked("get", "", "pods/proxy", "shop", "b")))
        #expect(!rules.covers(asked("list", "apps", "deployments", nil)))
        #expect(!rules.covers(asked("list", "", "deployments", "shop")))
        let requests = [asked("list", "apps", "deployments", "shop"), asked("get", "", "pods", "shop", "a")]
        #expect(rules.unused(requests).map(\.description) == ["get pods/proxy", "watch deployments.apps"])
        #expect(throws: RBACRules.Failure.self) { try RBACRules(of: "agent", in: "shop", manifests: manifests) }
    }
}
