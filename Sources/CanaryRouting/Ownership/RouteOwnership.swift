package import CanaryCore
package import CanaryKubernetes
import CanaryYAML

/// Who else decides about a route: controllers that shift its weights themselves, and tools that apply it from Git.
package struct RouteOwnership: Sendable {
    let route: KubernetesObject
    let kind: RouteSpec.Kind
    let list: RouteSpec.RuleList?

    /// - Parameter list: which of a VirtualService's lists the rule is in, for what is to be pasted.
    package init(route: KubernetesObject, kind: RouteSpec.Kind, list: RouteSpec.RuleList? = nil) {
        self.route = route
        self.kind = kind
        self.list = list
    }

    /// What is found in the route's own metadata and among the objects of other controllers.
    ///
    /// - Parameters:
    ///   - canaries: Flagger's, of the route's namespace or of all.
    ///   - rollouts: Argo's, of all namespaces.
    package func findings(canaries: [KubernetesObject], rollouts: [KubernetesObject]) -> [RouteFinding] {
        [flagger(canaries), argoRollouts(rollouts)].compactMap { $0 } + gitOps
    }

    /// `VirtualService test1/demo4-vs`.
    var title: String { "\(kind.word) \(route.namespace)/\(route.name)" }

    private func flagger(_ canaries: [KubernetesObject]) -> RouteFinding? {
        let references = route.metadata["ownerReferences"]?.items ?? []
        let owner = references.first { reference in
            reference["kind"]?.string == "Canary" && reference["apiVersion"]?.string?.hasPrefix("flagger.app/") == true
        }?["name"]?.string
        let named = canaries.first { canary in
            // Flagger names the route after the Service it makes.
            let service = canary.spec["service"]?["name"]?.string ?? canary.spec["targetRef"]?["name"]?.string
            return canary.namespace == route.namespace && service == route.name
        }?.name
        guard let name = owner ?? named else { return nil }
        return RouteFinding(
            .refuse,
            "\(title) is owned by Flagger's Canary \(route.namespace)/\(name), which overwrites its weights",
            hint: "let one of them decide: remove that Canary, or name another route"
        )
    }

    private func argoRollouts(_ rollouts: [KubernetesObject]) -> RouteFinding? {
        guard let rollout = rollouts.first(where: { Self.routes(of: $0).contains(key) }) else { return nil }
        return RouteFinding(
            .refuse,
            "\(title) is owned by the Argo Rollout \(rollout.namespace)/\(rollout.name), which shifts its weights",
            hint: "let one of them decide: take the route out of the Rollout's trafficRouting, or name another route"
        )
    }

    private struct Key: Hashable {
        var kind: RouteSpec.Kind
        var namespace: String
        var name: String
    }

    private var key: Key { Key(kind: kind, namespace: route.namespace, name: route.name) }

    /// The routes that a Rollout names in its traffic routing.
    private static func routes(of rollout: KubernetesObject) -> Set<Key> {
        guard let routing = rollout.spec["strategy"]?["canary"]?["trafficRouting"] else { return [] }
        var keys: Set<Key> = []
        func add(_ kind: RouteSpec.Kind, _ name: String?, _ namespace: String?) {
            guard let name else { return }
            // The name of a VirtualService may hold its namespace: `name.namespace`.
            let parts = name.split(separator: ".", maxSplits: 1).map(String.init)
            guard let first = parts.first else { return }
            let isSplit = kind == .virtualService && parts.count == 2
            let place = namespace ?? (isSplit ? parts[1] : rollout.namespace)
            keys.insert(Key(kind: kind, namespace: place, name: isSplit ? first : name))
        }
        let istio = routing["istio"]
        for service in [istio?["virtualService"]].compactMap({ $0 }) + (istio?["virtualServices"]?.items ?? []) {
            add(.virtualService, service["name"]?.string, nil)
        }
        for plugin in routing["plugins"]?.members?.values.map({ $0 }) ?? [] {
            let namespace = plugin["namespace"]?.string
            for (kind, key) in [(RouteSpec.Kind.httpRoute, "httpRoute"), (.grpcRoute, "grpcRoute")] {
                add(kind, plugin[key]?.string, namespace)
                for route in plugin[key + "s"]?.items ?? [] { add(kind, route["name"]?.string, namespace) }
            }
        }
        return keys
    }
}
