import CanaryTestKit
import CanaryYAML
import Foundation
import Testing

/// The agent's role in `deploy/kustomize`, held against the requests that the real binary makes.
@Suite struct AgentRoleTests {
    /// Granted, and not used by a release of a VirtualService in an agent of all namespaces: other kinds of routes, reporters and owners,
    /// the brakes, and what its own namespace gives to an agent of some namespaces.
    static let optional: Set<String> = [
        "get canaries.haldane.dev",
        "get canarypolicies.haldane.dev",
        "get gateways.networking.istio.io",
        "get grpcroutes.gateway.networking.k8s.io",
        "get httproutes.gateway.networking.k8s.io",
        "get namespaces",
        "get services",
        "list canaries.flagger.app",
        "list canarypolicies.haldane.dev",
        "list rollouts.argoproj.io",
        "patch canarypolicies/status.haldane.dev",
        "patch grpcroutes.gateway.networking.k8s.io",
        "patch httproutes.gateway.networking.k8s.io",
        "watch canarypolicies.haldane.dev",
        "watch leases.coordination.k8s.io",
    ]

    /// The same of an agent of some namespaces: the policies are read here and in its own namespace.
    static let narrow = optional.subtracting([
        "get namespaces", "list canarypolicies.haldane.dev", "watch canarypolicies.haldane.dev",
    ])

    private static let folder = Checkout.root + "/deploy/kustomize"

    @Test(
        "with its role alone the agent promotes a release, is refused nothing there, and uses what is not optional",
        arguments: ["cluster", "namespaced"]
    )
    func agent(reach: String) async throws {
        let manifests = try Manifests.read(
            ["\(reach)/role.yaml", "base/own-namespace.yaml"].map { "\(Self.folder)/\($0)" }
        )
        let rules = try RBACRules(of: "haldane-agent", in: AgentLab.agentNamespace, manifests: manifests)
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        lab.server.permit(rules.accessRules)
        let agent = try lab.startAgent("haldane-agent", reach == "cluster" ? [] : ["--namespace", AgentLab.namespace])
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        try #require(isKnown, "\(lab.story(service, agent))")

        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isPromoted = try await Patience.blocking { lab.waitForEnd(service, "promoted", of: "5f6d7c8b92") }

        try #require(isPromoted, "\(lab.story(service, agent))")
        // The status is written before what was kept of the run is taken away and its Lease given back.
        let isLeft = try await Patience.blocking { lab.waitForLast(service, "promoted") }
        try #require(isLeft, "\(lab.story(service, agent))")
        let used = lab.server.view.permissions.filter { $0.user == rules.user }
        let refused = used.filter(\.isRefused).sorted().map(\.description)
        #expect(refused == [])
        let requests = lab.server.view.requests.filter { $0.user == rules.user && !$0.resource.isEmpty }
        let unused = Set(rules.unused(requests).map(\.description))
        let optional = reach == "cluster" ? Self.optional : Self.narrow
        #expect(unused.subtracting(optional) == [], "granted and not needed")
        #expect(optional.subtracting(unused) == [], "needed after all")
    }

    @Test(
        "with its role alone a sweep goes on with what a lost process left, and is refused nothing",
        arguments: ["cluster", "namespaced"]
    )
    func sweep(reach: String) async throws {
        let paths =
            ["sweep/own-namespace.yaml"]
            + (reach == "cluster" ? ["cluster/role.yaml", "sweep/service-account.yaml"] : ["namespaced/role.yaml"])
        var manifests = try Manifests.read(paths.map { "\(Self.folder)/\($0)" })
        // As the head of `sweep/service-account.yaml` says: bound to the roles of single namespaces.
        if reach == "namespaced" { manifests = manifests.map { Self.renamed($0) } }
        let rules = try RBACRules(of: "haldane-sweep", in: AgentLab.agentNamespace, manifests: manifests)
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        let agent = AccessRule(user: AgentLab.user("first"), groups: ["*"], resources: ["*"], verbs: ["*"])
        lab.server.permit(rules.accessRules + [agent])
        let first = try lab.startAgent("first")
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        try #require(isKnown, "\(lab.story(service, first))")
        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isHalfway = try await Patience.blocking { lab.waitForWeights(service, [50, 50]) }
        try #require(isHalfway, "\(lab.story(service, first))")
        try await Patience.blocking { try lab.burn(first, "first") }

        // As in the manifests.
        let place =
            (reach == "cluster" ? ["--all-namespaces"] : ["--namespace", AgentLab.namespace])
            + ["--agent-namespace", AgentLab.agentNamespace]
        let sweep = try lab.startSweep("haldane-sweep", place)
        let hasEnded = try await Patience.blocking { lab.waitForLast(service, "promoted") }

        #expect(hasEnded, "\(lab.story(service, sweep))")
        let used = lab.server.view.permissions.filter { $0.user == rules.user }
        #expect(!used.isEmpty)
        #expect(used.filter(\.isRefused).sorted().map(\.description) == [])
    }

    /// A binding of the agent as one of the sweep.
    private static func renamed(_ object: JSONValue) -> JSONValue {
        guard case .object(var members) = object, object["kind"] == "RoleBinding" else { return object }
        members["subjects"] = [
            ["kind": "ServiceAccount", "name": "haldane-sweep", "namespace": .string(AgentLab.agentNamespace)]
        ]
        return .object(members)
    }

    @Test("with the roles of people a user asks under the name that the server knows, and is refused nothing but force")
    func person() async throws {
        let user = AgentLab.user("alice")
        let people = try Manifests.read([Self.folder + "/base/people.yaml"])
        let bindings: [JSONValue] = ["haldane-view", "haldane-operator"].map { role in
            [
                "kind": "RoleBinding", "metadata": ["name": .string(role), "namespace": .string(AgentLab.namespace)],
                "roleRef": ["kind": "ClusterRole", "name": .string(role)],
                "subjects": [["kind": "User", "name": .string(user)]],
            ]
        }
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        let agentRule = AccessRule(user: AgentLab.user("agent"), groups: ["*"], resources: ["*"], verbs: ["*"])
        lab.server.permit(try AccessRule.granted(by: people + bindings) + [agentRule])
        let agent = try lab.startAgent()
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        try #require(isKnown, "\(lab.story(service, agent))")
        func annotations() -> [String: String] {
            lab.server.view.object(.canaries, service.name, in: service.namespace)?["metadata"]?["annotations"]?
                .strings ?? [:]
        }

        let words = [service.name, "-n", service.namespace, "--reason", "a test asks"]
        let forced = try await Patience.blocking { try lab.command(["promote", "--force"] + words, as: "alice") }
        let before = annotations()
        let rolledBack = try await Patience.blocking { try lab.command(["rollback"] + words, as: "alice") }

        // Nothing runs: the agent's answer says so.
        #expect(rolledBack.ending == .exited(3) && rolledBack.output.contains("nothing to roll back"), "\(rolledBack)")
        #expect(annotations()["request.haldane.dev/by"] == user)
        #expect(forced.ending == .exited(3), "\(forced)")
        #expect((forced.output + forced.talk).contains("force-promote"), "\(forced)")
        #expect(before.keys.filter { $0.hasPrefix("request.haldane.dev/") } == [])
        // Who may not look into the agent's own namespace is not told whether it is there.
        let refused = lab.server.view.permissions.filter {
            $0.user == user && $0.isRefused && $0.namespace != AgentLab.agentNamespace
        }
        #expect(refused.sorted().map(\.description) == [])
    }

    @Test("a forced promotion begins what its operator saw wait, and one that is about something else is refused")
    func forced() async throws {
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        try lab.preset(AgentLab.defaults(port: lab.fleet.mesh.port), policy: ["freeze: { reason: audit }"])
        let agent = try lab.startAgent()
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        try #require(isKnown, "\(lab.story(service, agent))")
        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isWaiting = try await Patience.blocking {
            lab.waitForStatus(service) {
                $0["waitingSince"] != nil && $0["canary"]?["revision"]?.string?.contains("5f6d7c8b92") == true
            }
        }
        try #require(isWaiting, "\(lab.story(service, agent))")

        let request = [
            "id": "stale-0001", "verb": "promote", "force": "true", "target": "run-0", "by": "alice", "reason": "late",
            "at": Date().formatted(.iso8601),
        ]
        try lab.server.change(.canaries, service.name, in: service.namespace, as: "alice") { document in
            guard case .object(var members) = document, case .object(var metadata)? = members["metadata"] else {
                return
            }
            let annotations = request.map { ("request.haldane.dev/\($0.key)", JSONValue.string($0.value)) }
            metadata["annotations"] = .object(Dictionary(uniqueKeysWithValues: annotations))
            members["metadata"] = .object(metadata)
            document = .object(members)
        }
        let isAnswered = try await Patience.blocking {
            lab.waitForStatus(service) { $0["request"]?["id"] == "stale-0001" && $0["request"]?["result"] != "pending" }
        }
        let answer = lab.status(service)["request"]
        #expect(isAnswered && answer?["result"]?.string?.lowercased() == "refused", "\(lab.story(service, agent))")
        #expect(
            answer?["message"]?.string?.contains("is about run-0, but no run goes on") == true,
            "\(answer ?? .null)"
        )

        let words = ["promote", "--force", service.name, "-n", service.namespace, "--reason", "the fix"]
        let forced = try await Patience.blocking { try lab.command(words, as: "alice") }
        let isBegun = try await Patience.blocking { lab.waitForWeights(service, [75, 25]) }

        #expect(forced.ending == .exited(0), "\(forced)")
        #expect(isBegun, "\(lab.story(service, agent))")
    }
}
