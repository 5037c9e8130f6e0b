import CanaryCore
import CanaryKubernetes

/// Where the agent is, and whether it is alive, by the Leases of its replicas.
extension CanaryDesk {
    /// Whether an agent is alive.
    package func agents() async -> AgentCare {
        do throws(KubernetesError) {
            let (leases, place) = try await replicas()
            return AgentCare(leases, in: place, at: now())
        } catch {
            return .hidden(PlainLine.of(error.message, limit: 500))
        }
    }

    /// The agent's own namespaces, whose CanaryPolicy is the whole cluster's: the one that was said, or else those where replicas
    /// have Leases, or else the usual one; at least one, by name.
    package func homes() async -> [String] {
        if let agentNamespace { return [agentNamespace] }
        // Who may not look takes it for where it usually is.
        let leases = (try? await replicas())?.leases ?? []
        let homes = Set(leases.map(\.namespace).filter { !$0.isEmpty }).sorted()
        return homes.isEmpty ? [FreezeDesk.agentNamespace] : homes
    }

    /// The Leases of the replicas, with where they were looked for: where the agent is said to be, or else where it usually is, or
    /// else everywhere, which is nil.
    private func replicas() async throws(KubernetesError) -> (leases: [Lease], place: String?) {
        let place = agentNamespace ?? FreezeDesk.agentNamespace
        let there = try await replicas(in: place)
        guard there.isEmpty, agentNamespace == nil else { return (there, place) }
        do throws(KubernetesError) {
            return (try await replicas(in: nil), nil)
        } catch {
            // Who may not look everywhere has looked where it usually is.
            return (there, place)
        }
    }

    private func replicas(in namespace: String?) async throws(KubernetesError) -> [Lease] {
        try await client.list(.leases, namespace: namespace, labels: AgentMembers.selector).items.prefix(1000)
            .map { Lease($0) }
    }
}
