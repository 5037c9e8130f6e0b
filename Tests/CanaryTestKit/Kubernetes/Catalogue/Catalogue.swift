import CanaryYAML

/// Which kinds the API server double serves, and in which versions: what a client finds by discovery.
struct Catalogue: Sendable {
    /// In the order of discovery; the preferred version first.
    private var served: [(kind: ClusterKind, versions: [String])]

    init() {
        served = ClusterKind.all.map { ($0, $0.versions) }
    }

    /// Sets the versions of a kind; none takes it away, and later requests for it find no such path.
    mutating func serve(_ kind: ClusterKind, versions: [String]) {
        served.removeAll { $0.kind.group == kind.group && $0.kind.plural == kind.plural }
        served.append((kind, versions))
    }

    /// The kind at a path; nil if its group, version or plural is not served.
    func kind(group: String, version: String, plural: String) -> ClusterKind? {
        served.first { $0.kind.group == group && $0.kind.plural == plural && $0.versions.contains(version) }?.kind
    }

    /// The kind of a document; nil if there is none such.
    func kind(apiVersion: String, name: String) -> (kind: ClusterKind, version: String)? {
        let parts = apiVersion.split(separator: "/", maxSplits: 1).map(String.init)
        let group = parts.count == 2 ? parts[0] : ""
        guard let version = parts.last,
            let found = served.first(where: {
                $0.kind.group == group && $0.kind.name == name && $0.versions.contains(version)
            })
        else { return nil }
        return (found.kind, version)
    }

    /// The version that objects of a kind are kept in.
    func preferredVersion(of kind: ClusterKind) -> String {
        served.first { $0.kind == kind }?.versions.first ?? kind.versions.first ?? "v1"
    }

    /// What a discovery path answers; nil where there is nothing.
    func discovery(_ path: [String]) -> JSONValue? {
        switch path {
        case ["version"]:
            ["major": "1", "minor": "36", "gitVersion": "v1.36.2", "platform": "linux/amd64"]
        case ["api"]:
            ["kind": "APIVersions", "versions": ["v1"], "serverAddressByClientCIDRs": []]
        case ["apis"]:
            [
                "kind": "APIGroupList", "apiVersion": "v1",
                "groups": .array(groups.compactMap { group($0) }),
            ]
        case ["api", "v1"]:
            resources(group: "", version: "v1")
        default:
            if path.count == 2, path[0] == "apis" {
                group(path[1], asDocument: true)
            } else if path.count == 3, path[0] == "apis" {
                resources(group: path[1], version: path[2])
            } else {
                nil
            }
        }
    }

    private static let shortNames: [ClusterKind: String] = [
        .virtualServices: "vs", .destinationRules: "dr", .istioGateways: "gw", .gateways: "gtw", .namespaces: "ns",
        .pods: "po", .services: "svc", .deployments: "deploy", .replicaSets: "rs", .configMaps: "cm",
    ]

    private var groups: [String] {
        var names: [String] = []
        for (kind, versions) in served
        where !kind.group.isEmpty && !versions.isEmpty && !names.contains(kind.group) {
            names.append(kind.group)
        }
        return names
    }

    private func versions(of group: String) -> [String] {
        var names: [String] = []
        for (kind, versions) in served where kind.group == group {
            names += versions.filter { !names.contains($0) }
        }
        return names
    }

    private func group(_ name: String, asDocument: Bool = false) -> JSONValue? {
        let versions = versions(of: name).map { version -> JSONValue in
            ["groupVersion": .string("\(name)/\(version)"), "version": .string(version)]
        }
        guard !name.isEmpty, let preferred = versions.first else { return nil }
        var members: [String: JSONValue] = [
            "name": .string(name), "versions": .array(versions), "preferredVersion": preferred,
        ]
        if asDocument {
            members["kind"] = "APIGroup"
            members["apiVersion"] = "v1"
        }
        return .object(members)
    }

    private func resources(group: String, version: String) -> JSONValue? {
        let kinds = served.filter { $0.kind.group == group && $0.versions.contains(version) }.map(\.kind)
        guard !kinds.isEmpty else { return nil }
        var entries: [JSONValue] = []
        for kind in kinds {
            let verbs: JSONValue =
                [.accessReviews, .selfReviews].contains(kind)
                ? ["create"] : ["create", "delete", "get", "list", "patch", "update", "watch"]
            entries.append(entry(kind, name: kind.plural, verbs: verbs))
            if kind.hasStatus {
                entries.append(entry(kind, name: kind.plural + "/status", verbs: ["get", "patch", "update"]))
            }
        }
        return [
            "kind": "APIResourceList", "apiVersion": "v1",
            "groupVersion": .string(group.isEmpty ? version : "\(group)/\(version)"),
            "resources": .array(entries),
        ]
    }

    private func entry(_ kind: ClusterKind, name: String, verbs: JSONValue) -> JSONValue {
        var members: [String: JSONValue] = [
            "name": .string(name), "singularName": .string(kind.name.lowercased()),
            "namespaced": .bool(kind.isNamespaced), "kind": .string(kind.name), "verbs": verbs,
        ]
        if name == kind.plural, let short = Self.shortNames[kind] { members["shortNames"] = [.string(short)] }
        return .object(members)
    }
}
