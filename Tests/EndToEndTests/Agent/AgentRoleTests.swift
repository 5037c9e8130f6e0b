import CanaryTestKit
import CanaryYAML
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

    @Test("with its role alone the agent promotes a release, is refused nothing, and uses what is not optional")
    func agent() async throws {
        let folder = Checkout.root + "/deploy/kustomize"
        let manifests = try Manifests.read([folder + "/cluster/role.yaml", folder + "/base/own-namespace.yaml"])
        let rules = try RBACRules(of: "haldane-agent", in: AgentLab.agentNamespace, manifests: manifests)
        let lab = try await AgentLab.make("reviews")
        let service = lab.fleet.services[0]
        lab.server.permit(rules.accessRules)
        let agent = try lab.startAgent("haldane-agent")
        let isKnown = try await Patience.blocking { lab.waitUntilKnown(service) }
        try #require(isKnown, "\(lab.story(service, agent))")

        try lab.fleet.deploy("5f6d7c8b92", to: .v2, of: service)
        let isPromoted = try await Patience.blocking { lab.waitForEnd(service, "promoted", of: "5f6d7c8b92") }

        try #require(isPromoted, "\(lab.story(service, agent))")
        let used = lab.server.view.permissions.filter { $0.user == rules.user }
        #expect(used.filter(\.isRefused).sorted().map(\.description) == [])
        let requests = lab.server.view.requests.filter { $0.user == rules.user && !$0.resource.isEmpty }
        let unused = Set(rules.unused(requests).map(\.description))
        #expect(unused.subtracting(Self.optional) == [], "granted and not needed")
        #expect(Self.optional.subtracting(unused) == [], "needed after all")
    }
}
