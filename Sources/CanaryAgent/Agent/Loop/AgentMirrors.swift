import CanaryCore
import CanaryKubernetes

/// The shared mirrors in which the agent itself looks, as far as they could be opened.
struct AgentMirrors: Sendable {
    var canaries: [ObjectMirror]?
    var policies: [ObjectMirror]?
    /// Whether the policies are mirrored, and what was kept of those that are gone is known.
    var arePoliciesOpen = false
    /// Since when they could not be.
    var policiesMissingSince: ContinuousClock.Instant?
    var leases: [ObjectMirror]?
    /// Kinds of routes that are served, in the version that is.
    var routes: [APIResource] = []
    /// DestinationRules in the version that is served; nil if they are not.
    var rules: APIResource?
    /// Whether Deployments may be looked at: they tell the workloads that a spec leaves out.
    var hasDeployments = false
    var areListed = false
    var retryAt: ContinuousClock.Instant?
    var failures = 0
}

extension AgentLoop {
    /// Opens the mirrors that are missing; what cannot be opened is tried again with growing pauses.
    mutating func openMirrors() async {
        guard !mirrors.areListed, !isLeaving else { return }
        if let retryAt = mirrors.retryAt, retryAt > .now { return }
        do throws(KubernetesError) {
            if options.specs == nil {
                mirrors.canaries = try await cluster.mirrors.all(try await cluster.client.served(.canaries))
            }
            await openPolicies()
            mirrors.leases = try await cluster.mirrors.all(.leases)
            mirrors.routes = []
            for kind in [APIResource.virtualServices, .httpRoutes, .grpcRoutes] {
                guard let served = try await served(kind) else { continue }
                mirrors.routes.append(served)
            }
            mirrors.rules = try await served(.destinationRules)
            for kind in [APIResource.services, .endpointSlices, .pods] { _ = try await cluster.mirrors.all(kind) }
            for kind in mirrors.routes { _ = try await cluster.mirrors.all(kind) }
            if let rules = mirrors.rules { _ = try await cluster.mirrors.all(rules) }
            mirrors.hasDeployments = await mayList(.deployments)
            note(trouble: "mirrors", nil)
            guard mirrors.arePoliciesOpen else { return pauseMirrors() }
            mirrors.areListed = true
            mirrors.failures = 0
            wake.ringForAll()
        } catch {
            pauseMirrors()
            note(trouble: "mirrors", Self.words(error))
        }
    }

    private mutating func pauseMirrors() {
        mirrors.failures += 1
        mirrors.retryAt = .now + min(.seconds(30), .seconds(1) * (1 << min(mirrors.failures, 5)))
    }

    /// Opens the mirrors of the policies. Without them nothing begins and nothing is raised, but what has to go back can.
    private mutating func openPolicies() async {
        guard !mirrors.arePoliciesOpen else { return }
        do throws(KubernetesError) {
            if options.specs == nil, let served = try await served(.canaryPolicies) {
                // The cluster's policy is the one in the agent's own namespace, whatever is looked after.
                mirrors.policies = try await cluster.mirrors.all(served, and: options.agentNamespace)
            }
            policies.recall(try await policyNotes.load(), agentNamespace: options.agentNamespace)
            mirrors.arePoliciesOpen = true
            mirrors.policiesMissingSince = nil
            note(trouble: "policies", nil)
        } catch {
            mirrors.policiesMissingSince = mirrors.policiesMissingSince ?? .now
            let text = "the CanaryPolicies cannot be read, so no weight is raised: \(error.message)"
            policies.unknown = Reason("policies-unknown", text)
            let patience = Phrase.duration(options.policyPatience.inSeconds)
            let outlook =
                "; nothing begins and no weight is raised before they can be; runs whose process is gone are taken over after "
                + "\(patience) all the same, so that they can be rolled back"
            note(trouble: "policies", Self.words(error) + outlook)
        }
    }

    /// Whether runs of others may be gone on with: not at once while it may be learned in a moment what the policies say of them.
    var mayTakeOver: Bool {
        guard hasLooked else { return false }
        guard policies.unknown != nil else { return true }
        return mirrors.policiesMissingSince.map { $0.duration(to: .now) >= options.policyPatience } ?? false
    }

    static func words(_ error: KubernetesError) -> String {
        [error.message, error.cause, error.hint].compactMap { $0 }.joined(separator: "; ")
    }

    /// A kind in the version that is served; nil if the server has none.
    private func served(_ kind: APIResource) async throws(KubernetesError) -> APIResource? {
        do throws(KubernetesError) {
            return try await cluster.client.served(kind)
        } catch {
            guard error.code == .noSuchResource || error.code == .notFound else { throw error }
            return nil
        }
    }

    private func mayList(_ kind: APIResource) async -> Bool {
        do throws(KubernetesError) {
            _ = try await cluster.mirrors.all(kind)
            return true
        } catch {
            return false
        }
    }

    /// The rollout Lease of a canary as it is mirrored.
    func lease(of canary: CanaryKey) async -> KubernetesObject? {
        for mirror in mirrors.leases ?? [] {
            let name = RolloutObject.name(of: canary.name)
            if let object = await mirror.object(named: name, namespace: canary.namespace) { return object }
        }
        return nil
    }
}
