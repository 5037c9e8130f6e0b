package import CanaryCore
package import CanaryKubernetes
package import CanaryYAML

/// A route and what is around it in the cluster: enough to say which traffic its rule does not govern.
///
/// A list that is nil could not be looked at; nothing is concluded from it.
package struct RouteSurroundings: Sendable {
    let route: KubernetesObject
    let kind: RouteSpec.Kind
    let reading: RouteReading
    /// Whether requests are counted by the servers' sidecars, which count copies of requests as well.
    let countsAtServer: Bool

    package var virtualServices: [KubernetesObject]?
    package var httpRoutes: [KubernetesObject]?
    package var grpcRoutes: [KubernetesObject]?
    package var destinationRules: [KubernetesObject]? {
        didSet { rulesByHost = DestinationRuleIndex(destinationRules ?? []) }
    }
    package var services: [KubernetesObject]? {
        didSet {
            let hosts = (services ?? []).map { ("\($0.name).\($0.namespace).svc.cluster.local", $0) }
            serviceByHost = Dictionary(hosts) { $1 }
        }
    }
    private(set) var serviceByHost: [String: KubernetesObject] = [:]
    private var rulesByHost = DestinationRuleIndex([])
    /// The two versions; nil where the rule names no host for them.
    let stable: Version?
    let canary: Version?

    package init(route: KubernetesObject, kind: RouteSpec.Kind, reading: RouteReading, countsAtServer: Bool) {
        self.route = route
        self.kind = kind
        self.reading = reading
        self.countsAtServer = countsAtServer
        // The partner of a lone destination shares its host.
        let host = reading.stable.host ?? reading.canary.host
        func version(_ destination: DestinationSpec) -> Version? {
            (destination.host ?? host).map { host in
                let full = ServiceHost(host, namespace: route.namespace, kind: kind).full
                return Version(host: full, subset: destination.subset)
            }
        }
        stable = version(reading.stable)
        canary = version(reading.canary)
    }

    /// What the rule does not govern, and what makes the two versions hard to compare; the worst first.
    package func findings() -> [RouteFinding] {
        RouteFinding.ordered(
            ruleFindings + missingBackends + otherRoutes + ungovernedCallers + trafficPolicies + reachOfObject
        )
    }

    // MARK: The two versions

    /// One version by its full host and its subset.
    struct Version: Hashable {
        var host: String
        var subset: String?

        var label: String { subset.map { "\(host) (\($0))" } ?? host }
    }

    var versions: [Version] { [stable, canary].compactMap { $0 } }

    func full(_ host: String, _ kind: RouteSpec.Kind, _ namespace: String) -> String {
        ServiceHost(host, namespace: namespace, kind: kind).full
    }

    func service(_ host: String) -> KubernetesObject? { serviceByHost[host] }

    /// The labels by which a Service selects pods; nil if it is not known, or selects none.
    func selector(_ host: String) -> [String: String]? {
        let labels = service(host)?.spec["selector"]?.strings ?? [:]
        return labels.isEmpty ? nil : labels
    }

    /// The labels of a subset, as the DestinationRules define it.
    func subsetLabels(_ host: String, _ subset: String?) -> [String: String] {
        guard let subset else { return [:] }
        return subsets(of: host).first { $0["name"]?.string == subset }?["labels"]?.strings ?? [:]
    }

    /// The DestinationRules about a host, in the order in which they were listed.
    func rules(for host: String) -> [KubernetesObject] { rulesByHost.rules(for: host) }

    private func subsets(of host: String) -> [JSONValue] {
        rules(for: host).flatMap { $0.spec["subsets"]?.items ?? [] }
    }

    /// Labels that every pod of a version has; nil if they are not known.
    func podLabels(_ version: Version) -> [String: String]? {
        selector(version.host)?.merging(subsetLabels(version.host, version.subset)) { $1 }
    }

    /// Whether requests to a host and subset reach pods of a version: by its name, or by labels that its pods have.
    func reaches(_ host: String, _ subset: String?, _ version: Version) -> Bool {
        if host == version.host { return subset == nil || subset == version.subset }
        guard let labels = selector(host)?.merging(subsetLabels(host, subset), uniquingKeysWith: { $1 }),
            let pods = podLabels(version),
            ServiceHost(host, namespace: nil, kind: .virtualService).service?.namespace
                == ServiceHost(version.host, namespace: nil, kind: .virtualService).service?.namespace
        else { return false }
        return labels.allSatisfy { pods[$0.key] == $0.value }
    }

    /// The versions with the labels of their pods, for many questions in a row.
    var labelledVersions: [(version: Version, pods: [String: String]?)] { versions.map { ($0, podLabels($0)) } }

    /// Whether some subset of a host, or all of it, may reach pods of the versions: never false where `reaches` is true for one.
    func mayReach(_ host: String, _ versions: [(version: Version, pods: [String: String]?)]) -> Bool {
        if versions.contains(where: { $0.version.host == host }) { return true }
        guard let labels = selector(host) else { return false }
        return versions.contains { version in
            guard let pods = version.pods else { return false }
            let others = labels.filter { pods[$0.key] != $0.value }
            // A subset may ask for another value than its Service does.
            return others.isEmpty
                || subsets(of: host).contains { subset in others.keys.contains { subset["labels"]?[$0] != nil } }
        }
    }

    // MARK: Other objects

    /// Every other route, with its kind.
    var others: [(kind: RouteSpec.Kind, object: KubernetesObject)] {
        let all =
            (virtualServices ?? []).map { (kind: RouteSpec.Kind.virtualService, object: $0) }
            + (httpRoutes ?? []).map { (kind: .httpRoute, object: $0) }
            + (grpcRoutes ?? []).map { (kind: .grpcRoute, object: $0) }
        return all.filter {
            !($0.kind == kind && $0.object.name == route.name && $0.object.namespace == route.namespace)
        }
    }

    static func title(_ kind: RouteSpec.Kind, _ object: KubernetesObject) -> String {
        "\(kind.word) \(object.namespace)/\(object.name)"
    }

    var title: String { Self.title(kind, route) }

    /// The gateways of a VirtualService, with `mesh` for the sidecars; names without namespace are completed.
    static func gateways(_ object: KubernetesObject) -> Set<String> {
        let named = object.spec["gateways"]?.items?.compactMap(\.string) ?? []
        guard !named.isEmpty else { return ["mesh"] }
        return Set(named.map { $0 == "mesh" || $0.contains("/") ? $0 : "\(object.namespace)/\($0)" })
    }

    /// Whether a VirtualService holds for callers inside the mesh that call this host.
    static func governsMesh(_ object: KubernetesObject, host: String) -> Bool {
        gateways(object).contains("mesh") && hosts(object).contains { covers($0, host) }
    }

    /// The hosts of a VirtualService, completed.
    static func hosts(_ object: KubernetesObject) -> [String] {
        (object.spec["hosts"]?.items ?? []).compactMap(\.string).map {
            ServiceHost($0, namespace: object.namespace, kind: .virtualService).full
        }
    }

    /// Whether a host or wildcard covers another.
    static func covers(_ pattern: String, _ host: String) -> Bool {
        if pattern == host || pattern == "*" { return true }
        return pattern.hasPrefix("*.") && host.hasSuffix(pattern.dropFirst())
    }

    /// Whether two hosts or wildcards have a host in common.
    static func overlap(_ left: String, _ right: String) -> Bool { covers(left, right) || covers(right, left) }

    /// The Services that a Gateway API route is attached to, as full hosts.
    static func parentServices(_ object: KubernetesObject) -> Set<String> {
        let parents = object.spec["parentRefs"]?.items ?? []
        return Set(
            parents.filter { $0["kind"]?.string == "Service" }.compactMap { parent in
                parent["name"]?.string.map {
                    "\($0).\(parent["namespace"]?.string ?? object.namespace).svc.cluster.local"
                }
            }
        )
    }
}
