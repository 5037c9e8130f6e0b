package import CanaryCore
package import CanaryKubernetes
import CanaryTelemetry
import CanaryYAML

/// Whose pages tell what a spec's reporter counted.
package enum ScrapedPods: Sendable, Hashable {
    /// The pods of both versions themselves.
    case versions
    /// The pods that the spec selects.
    case selected(PodGroup)
    /// The pods of Istio's Gateway objects.
    case istioGateways([ServiceName])
    /// The pods of the Gateway API's Gateways.
    case gateways([ServiceName])
    /// The waypoint of one of these Services, or else of the namespace of the first.
    case waypoint([ServiceName])

    /// Decides by the reporter, the spec's own selector and the route's gateways or parents.
    package init(_ spec: CanarySpec, route: KubernetesObject, backends: RouteBackends) throws(SourceError) {
        let reporter = spec.telemetry.reporter
        if reporter == .destination {
            self = .versions
        } else if let pods = spec.telemetry.pods, let selector = pods.selector {
            let namespace = pods.namespace ?? spec.namespace
            self = .selected(PodGroup(namespace: namespace, labels: selector, label: "'\(selector)' in '\(namespace)'"))
        } else if reporter == .waypoint {
            let parents = Self.parents(of: route, kind: "Service", group: "")
            self = .waypoint(parents + backends.services.filter { !parents.contains($0) })
        } else if spec.route.kind == .virtualService {
            self = .istioGateways(try Self.istioGateways(of: route))
        } else {
            let parents = Self.parents(of: route, kind: "Gateway", group: "gateway.networking.k8s.io")
            guard !parents.isEmpty else { throw Self.inMesh("\(spec.route.kind.word) \(Self.name(route))") }
            self = .gateways(parents)
        }
    }

    private static func istioGateways(of route: KubernetesObject) throws(SourceError) -> [ServiceName] {
        var found: [ServiceName] = []
        for text in (route.spec["gateways"]?.items ?? []).compactMap(\.string) where text != "mesh" {
            let parts = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard let name = parts.last else { continue }
            let namespace = parts.count == 2 && parts[0] != "." ? parts[0] : route.namespace
            found.append(ServiceName(name: name, namespace: namespace))
        }
        guard !found.isEmpty else { throw inMesh("VirtualService \(name(route))") }
        return found
    }

    /// The parents of a Gateway API route: kind and group default to those of a Gateway.
    private static func parents(of route: KubernetesObject, kind: String, group: String) -> [ServiceName] {
        var found: [ServiceName] = []
        for parent in route.spec["parentRefs"]?.items ?? [] {
            let parentGroup = parent["group"]?.string ?? "gateway.networking.k8s.io"
            guard (parent["kind"]?.string ?? "Gateway") == kind,
                parentGroup == group || parentGroup == "core" && group.isEmpty,
                let name = parent["name"]?.string
            else { continue }
            let one = ServiceName(name: name, namespace: parent["namespace"]?.string ?? route.namespace)
            if !found.contains(one) { found.append(one) }
        }
        return found
    }

    private static func inMesh(_ place: String) -> SourceError {
        SourceError(
            .noCallers,
            "\(place) holds inside the mesh, and nothing says which pods call it",
            cause: "with `reporter: source` the callers' proxies count",
            hint:
                "name the callers: telemetry.scrape.pods.selector, e.g. app=web; or use `reporter: destination`"
        )
    }

    private static func name(_ route: KubernetesObject) -> String { "\(route.namespace)/\(route.name)" }
}

/// Pods that one list and one watch can find.
package struct PodGroup: Sendable, Hashable {
    /// Nil for all namespaces.
    package var namespace: String?
    /// A label selector.
    package var labels: String
    /// Where to look instead if all namespaces may not be listed.
    package var fallback: String?
    /// What people call it.
    package var label: String

    /// The label that Istio gives to the pods it makes for a Gateway or a waypoint.
    static func gateway(_ name: ServiceName, _ word: String) -> PodGroup {
        PodGroup(
            namespace: name.namespace,
            labels: "gateway.networking.k8s.io/gateway-name=\(name.name)",
            label: "\(word) \(name)"
        )
    }

    /// The pods that an Istio Gateway object selects, in any namespace.
    package static func istioGateway(_ object: KubernetesObject) throws(SourceError) -> PodGroup {
        let selector = object.spec["selector"]?.strings ?? [:]
        let label = "Gateway \(object.namespace)/\(object.name)"
        guard !selector.isEmpty else {
            throw SourceError(
                .noGateway,
                "\(label) has no selector: it is every proxy's",
                hint: "name its pods with telemetry.scrape.pods.selector and namespace"
            )
        }
        return PodGroup(
            labels: selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ","),
            fallback: object.namespace,
            label: label
        )
    }
}

/// Which waypoint the labels of a Service, or of a namespace, name.
package enum WaypointName: Sendable, Hashable {
    case named(ServiceName)
    /// `none`: taken out of the namespace's.
    case refused
    case absent

    package init(_ object: KubernetesObject) {
        let labels = object.labels
        switch labels["istio.io/use-waypoint"] {
        case nil, "": self = .absent
        case "none": self = .refused
        case let name?:
            let own = object.kind == "Namespace" || object.namespace.isEmpty ? object.name : object.namespace
            self = .named(ServiceName(name: name, namespace: labels["istio.io/use-waypoint-namespace"] ?? own))
        }
    }
}
