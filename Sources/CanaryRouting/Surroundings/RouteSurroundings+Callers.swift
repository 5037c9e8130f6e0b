import CanaryCore
import CanaryKubernetes
import CanaryYAML

/// Callers inside the mesh who reach the canary without asking the rule.
extension RouteSurroundings {
    /// Services whose selector takes in pods of both versions, and that no route governs inside the mesh.
    var ungovernedCallers: [RouteFinding] {
        guard services != nil else { return [] }
        return sharedServices.sorted().compactMap { host in
            guard !isGoverned(host), let key = ServiceHost(host, namespace: nil, kind: .virtualService).service else {
                return nil
            }
            let isForGateways =
                kind == .virtualService
                ? !Self.gateways(route).contains("mesh") : Self.parentServices(route).isEmpty
            let why = isForGateways ? "holds at gateways only" : "does not answer for that host"
            return RouteFinding(
                .needsAcceptance(.gatewayOnly),
                "Service \(key.namespace)/\(key.name) selects the pods of both versions, and \(title) \(why): "
                    + "callers inside the mesh reach the canary at any weight, also at 0",
                hint: kind == .virtualService
                    ? "add 'mesh' to its gateways and \(host) to its hosts, or let a rule for the mesh send to stable alone"
                    : "attach a route to the Service as well: parentRefs: [{ kind: Service, group: \"\", name: \(key.name) }]"
            )
        }
    }

    /// Full hosts of the Services that select both versions.
    private var sharedServices: Set<String> {
        guard let stable, let canary, let stablePods = podLabels(stable), let canaryPods = podLabels(canary) else {
            return []
        }
        return Set(
            serviceByHost.keys.filter { host in
                guard let labels = selector(host) else { return false }
                return labels.allSatisfy { stablePods[$0.key] == $0.value && canaryPods[$0.key] == $0.value }
                    && reaches(host, nil, stable) && reaches(host, nil, canary)
            }
        )
    }

    /// Whether some route answers for a Service inside the mesh. What another one does there is told with the other routes.
    private func isGoverned(_ host: String) -> Bool {
        let all = [(kind: kind, object: route)] + others
        return all.contains { other in
            other.kind == .virtualService
                ? Self.governsMesh(other.object, host: host) : Self.parentServices(other.object).contains(host)
        }
    }
}
