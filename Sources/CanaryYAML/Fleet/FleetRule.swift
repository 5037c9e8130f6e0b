import CanaryCore

/// One rule of a route, with its destinations as services.
struct FleetRule: Sendable {
    var destinations: [Destination]
    /// Hosts that are no services of the cluster.
    var foreign: [String]
    /// The route's own host, if it is one service: it names what is split into services of its own.
    var host: (name: String, namespace: String)?
    var hasMatch: Bool
    var place: String

    struct Destination: Sendable, Hashable {
        var version: FleetVersion
        var weight: Int
    }

    init(
        _ rule: RouteRule,
        _ kind: RouteSpec.Kind,
        _ object: RouteDocument.Object,
        namespace: String,
        place: String
    ) {
        destinations = []
        foreign = []
        hasMatch = rule.hasMatch
        self.place = place
        let hosts = object.node["spec"]?[kind == .virtualService ? "hosts" : "hostnames"]?.items?.compactMap(\.scalar)
        if let only = hosts?.first, hosts?.count == 1 {
            host = ServiceHost(only, namespace: namespace, kind: kind).service
        }
        for entry in rule.destinations {
            let full = ServiceHost(entry.host, namespace: namespace, kind: kind)
            guard let service = full.service, !entry.host.contains("/"), !full.full.hasPrefix("*") else {
                foreign.append(entry.host)
                continue
            }
            let absent = rule.destinations.count == 1 ? 100 : rule.grammar.absentWeight
            let isAlone = rule.destinations.count == 1 && rule.grammar.isVirtualService
            let version = FleetVersion(
                host: full.full,
                name: service.name,
                namespace: service.namespace,
                subset: entry.subset
            )
            add(Destination(version: version, weight: isAlone ? 100 : entry.weight ?? absent))
        }
    }

    /// Two entries for one version, e.g. on two ports, are one destination.
    private mutating func add(_ destination: Destination) {
        if let index = destinations.firstIndex(where: { $0.version == destination.version }) {
            let both = RouteWeights(stable: destinations[index].weight, canary: destination.weight)
            destinations[index].weight = both.sum
        } else {
            destinations.append(destination)
        }
    }
}

/// A service, or the part of it that a subset names.
struct FleetVersion: Sendable, Hashable, Comparable {
    /// As in `destination_service`.
    var host: String
    var name: String
    var namespace: String
    var subset: String?

    var key: String { "\(namespace)/\(name)" }

    static func < (left: FleetVersion, right: FleetVersion) -> Bool {
        (left.namespace, left.name, left.subset ?? "") < (right.namespace, right.name, right.subset ?? "")
    }

    /// What it is called beside another version.
    func title(beside other: FleetVersion) -> String {
        if host == other.host { return subset ?? name }
        let title = namespace == other.namespace && name != other.name ? name : key
        return subset.map { "\(title) (\($0))" } ?? title
    }
}
