import CanaryCore
import CanaryYAML

/// Which canaries are about which route object, so that no two of them write the same rule.
struct RouteClaims: Sendable {
    /// A route object.
    struct Place: Sendable, Hashable {
        var namespace: String
        /// As specs name it: `virtualService`, `httpRoute` or `grpcRoute`.
        var kind: String
        var object: String
    }

    private var places: [CanaryKey: Place] = [:]
    private var canaries: [Place: Set<CanaryKey>] = [:]

    /// Where a canary's route is now; nil if it has none or none is known.
    mutating func set(_ place: Place?, for canary: CanaryKey) {
        guard places[canary] != place else { return }
        if let before = places[canary] {
            canaries[before]?.remove(canary)
            if canaries[before]?.isEmpty == true { canaries[before] = nil }
        }
        places[canary] = place
        if let place { canaries[place, default: []].insert(canary) }
    }

    /// The others at the place of a canary.
    func others(beside canary: CanaryKey) -> Set<CanaryKey> {
        guard let place = places[canary], let all = canaries[place], all.count > 1 else { return [] }
        return all.subtracting([canary])
    }
}

extension RouteClaims.Place {
    init(_ route: RouteSpec, namespace: String) {
        self.init(namespace: namespace, kind: route.kind.rawValue, object: route.object)
    }

    /// What an object names itself; nil if that is to be inferred.
    init?(_ object: AgentObject) {
        let route = object.json["spec"]?["route"]
        for kind in [RouteSpec.Kind.virtualService, .httpRoute, .grpcRoute] {
            guard let name = route?[kind.rawValue]?.string else { continue }
            self.init(namespace: object.key.namespace, kind: kind.rawValue, object: name)
            return
        }
        return nil
    }
}

extension RouteSpec {
    /// Whether two specs of one namespace mean the same rule, as far as they say: where a rule is not named in the same way, it is
    /// told by its destinations.
    func isSameRule(as other: RouteSpec) -> Bool {
        guard kind == other.kind, object == other.object else { return false }
        if let ruleList, let list = other.ruleList, ruleList != list { return false }
        switch (rule, other.rule) {
        case (.name(let name)?, .name(let otherName)?): return name == otherName
        case (.index(let index)?, .index(let otherIndex)?): return index == otherIndex
        default: break
        }
        let others = [other.stable, other.canary]
        return [stable, canary].contains { destination in others.contains { destination.mayBe($0) } }
    }
}

extension DestinationSpec {
    /// Whether both may be the same destination of a rule: a host that is left out is any, and a short name may be a long one's.
    fileprivate func mayBe(_ other: DestinationSpec) -> Bool {
        guard subset == other.subset else { return false }
        guard let host, let otherHost = other.host else { return true }
        return host.prefix { $0 != "." } == otherHost.prefix { $0 != "." }
    }
}

extension AgentObject {
    /// The older of two objects comes first; of two of one second the one that sorts first.
    func isOlder(than other: AgentObject) -> Bool {
        let (time, otherTime) = (createdAt, other.createdAt)
        return time == otherTime ? key < other.key : time < otherTime
    }

    /// As the API server writes it, always in UTC; empty for a document of a folder.
    private var createdAt: String { json["metadata"]?["creationTimestamp"]?.string ?? "" }
}
