package import CanaryCore
package import CanaryKubernetes
import CanaryYAML

/// A freeze, or brakes, that hold in a part of the cluster.
package struct PolicyHold: Sendable, Hashable {
    package let scope: ScopedPolicy.Scope
    /// Who or what, until when, and how it is lifted.
    package let sentence: String

    /// What a CanaryPolicy object holds at the moment.
    ///
    /// - Parameter agentNamespace: whose policy is the whole cluster's.
    static func of(_ object: KubernetesObject, agentNamespace: String, at now: Timestamp) -> [PolicyHold] {
        guard object.name == PolicyDocument.name else { return [] }
        let scope: ScopedPolicy.Scope =
            object.namespace == agentNamespace ? .cluster : .namespace(PlainLine.of(object.namespace, limit: 253))
        var holds: [PolicyHold] = []
        // One that cannot be used is told by the agent.
        if let freeze = (try? PolicyDocument.decode(object.json))?.policy.freeze, freeze.holds(at: now) {
            holds.append(PolicyHold(scope: scope, sentence: freeze.sentence(scope)))
        }
        if let engaged = BrakesStatus.brakes(in: object.status).engaged {
            holds.append(PolicyHold(scope: scope, sentence: engaged.sentence(scope)))
        }
        return holds
    }

    /// What holds, the cluster's first.
    ///
    /// What may not be read holds nothing that could be told, and is left out.
    ///
    /// - Parameters:
    ///   - namespace: with what holds there and in the whole cluster; nil is everywhere.
    ///   - agentNamespace: whose policy is the whole cluster's.
    package static func list(
        in namespace: String?,
        client: KubernetesClient,
        agentNamespace: String,
        at now: Timestamp
    ) async -> [PolicyHold] {
        var policies: [KubernetesObject] = []
        if let namespace {
            for place in Set([agentNamespace, namespace]) {
                let policy = try? await client.get(.canaryPolicies, namespace: place, name: PolicyDocument.name)
                if let policy { policies.append(policy) }
            }
        } else {
            policies = (try? await client.list(.canaryPolicies, namespace: nil).items) ?? []
        }
        let holds = policies.flatMap { of($0, agentNamespace: agentNamespace, at: now) }
        return holds.filter { $0.scope == .cluster }
            + holds.filter { $0.scope != .cluster }.sorted { $0.scope.words < $1.scope.words }
    }
}
