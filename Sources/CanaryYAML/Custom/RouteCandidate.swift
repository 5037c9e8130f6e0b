import CanaryCore

/// A route of the namespace that a canary may mean.
struct RouteCandidate {
    let kind: RouteSpec.Kind
    let name: String
    let namespace: String?
    let object: RouteDocument.Object

    /// Nil for what is no route at all.
    init?(_ json: JSONValue, _ kind: RouteSpec.Kind, namespace: String?) {
        guard var members = json.members, let name = json["metadata"]?["name"]?.string else { return nil }
        // Items of a list have no type of their own.
        if json["kind"] == nil { members["kind"] = .string(kind.word) }
        if json["apiVersion"] == nil {
            members["apiVersion"] = RouteGrammar.versions(of: kind).first.map { .string($0) }
        }
        guard let object = RouteDocument.Object(YAMLNode(.object(members)), path: [], lines: 0..<0),
            object.routeKind == kind
        else { return nil }
        self.kind = kind
        self.name = name
        self.namespace = namespace
        self.object = object
    }

    /// `VirtualService test1/demo4-vs`.
    var title: String { "\(kind.word) " + (namespace.map { "\($0)/\(name)" } ?? name) }

    /// The rules that a selection may mean: those with destinations, of the named list or the only one.
    func rules(_ selector: RuleSelector?, list: RouteSpec.RuleList?) throws(RouteError) -> [RouteRule] {
        let rules = try RouteRule.all(of: object, list: list).filter { $0.detour == nil && !$0.destinations.isEmpty }
        switch selector {
        case .name(let name): return rules.filter { $0.name == name }
        case .index(let index): return rules.filter { $0.index == index }
        case nil: return rules
        }
    }

    /// The two versions that a rule moves traffic between; nil if it has not exactly two.
    func pair(of rule: RouteRule, _ subsets: SubsetIndex) -> VersionPair? {
        var versions: [VersionPair.Version] = []
        for destination in rule.destinations {
            let full = ServiceHost(destination.host, namespace: namespace, kind: kind).full
            let version = VersionPair.Version(host: destination.host, full: full, subset: destination.subset)
            // One version on two ports is one version.
            if !versions.contains(where: { $0.full == full && $0.subset == version.subset }) {
                versions.append(version)
            }
        }
        guard let first = versions.first else { return nil }
        if versions.count == 2 {
            let (one, other) = (versions[0], versions[1])
            guard one.full == other.full, let left = one.subset, let right = other.subset,
                let order = subsets.order(left, right, of: one.full)
            else { return VersionPair(one, other, origin: title) }
            return order.isSwapped
                ? VersionPair(other, one, origin: order.origin) : VersionPair(one, other, origin: order.origin)
        }
        guard versions.count == 1, kind == .virtualService, let lone = first.subset else { return nil }
        for entry in subsets.entries(of: first.full) {
            guard entry.subsets.count == 2, entry.subsets.contains(where: { $0.name == lone }) else { continue }
            var (one, other) = (first, first)
            (one.subset, other.subset) = (entry.subsets[0].name, entry.subsets[1].name)
            return VersionPair(one, other, origin: entry.origin)
        }
        return nil
    }
}

/// The two versions of a route, before it is known which carries the traffic.
struct VersionPair: Hashable {
    struct Version: Hashable {
        /// As written.
        var host: String
        var full: String
        var subset: String?

        var label: String { subset ?? host }
    }

    var stable: Version
    var canary: Version
    /// `DestinationRule test1/demo4`.
    var origin: String

    /// Names that say which part a version plays are believed; else the order stays as it is.
    init(_ first: Version, _ second: Version, origin: String) {
        let isNamed =
            ["canary", "preview", "next"].contains(first.label) || ["stable", "primary"].contains(second.label)
        (stable, canary) = isNamed ? (second, first) : (first, second)
        self.origin = origin
    }

    var isOfOneHost: Bool { stable.full == canary.full && stable.subset != nil && canary.subset != nil }

    static func == (left: VersionPair, right: VersionPair) -> Bool { left.versions == right.versions }

    func hash(into hasher: inout Hasher) { hasher.combine(versions) }

    private var versions: Set<Version> { [stable, canary] }
}
