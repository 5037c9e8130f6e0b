import CanaryCore

/// Finds the route that a canary means without saying so: the one of its name, else the one that splits the service of its name.
struct RouteFinder {
    let identity: CanaryIdentity
    let facts: ClusterFacts
    let subsets: SubsetIndex

    /// Why no route, or no single one, is meant.
    struct Failure: Error {
        var message: String
        var hint: String
    }

    private func objects(_ kind: RouteSpec.Kind) -> [JSONValue] {
        switch kind {
        case .virtualService: facts.virtualServices
        case .httpRoute: facts.httpRoutes
        case .grpcRoute: facts.grpcRoutes
        }
    }

    func names(_ kind: RouteSpec.Kind) -> [String] {
        objects(kind).compactMap { $0["metadata"]?["name"]?.string }.sorted()
    }

    func named(_ name: String, _ kind: RouteSpec.Kind) -> RouteCandidate? {
        objects(kind).first { $0["metadata"]?["name"]?.string == name }
            .flatMap { RouteCandidate($0, kind, namespace: identity.namespace) }
    }

    /// The route that is meant.
    func meant() throws(Failure) -> RouteCandidate {
        if let found = named(identity.name, .virtualService) { return found }
        let gateways = [RouteSpec.Kind.httpRoute, .grpcRoute].compactMap { named(identity.name, $0) }
        if gateways.count > 1 { throw several(gateways) }
        if let found = gateways.first { return found }
        let found = SpecInference.kinds.flatMap { kind in
            objects(kind.kind).filter { mentions($0, kind.kind) }.compactMap {
                RouteCandidate($0, kind.kind, namespace: identity.namespace)
            }
        }.filter(splits)
        guard let only = found.first else { throw none() }
        guard found.count == 1 else { throw several(found) }
        return only
    }

    /// The service of the canary's name, in full.
    private var host: String {
        ServiceHost(identity.name, namespace: identity.namespace, kind: .httpRoute).full
    }

    /// Whether a route has to do with the service: a quick look, because a namespace may have hundreds of routes.
    private func mentions(_ json: JSONValue, _ kind: RouteSpec.Kind) -> Bool {
        func isMeant(_ host: JSONValue?) -> Bool {
            guard let text = host?.string, text.hasPrefix(identity.name) else { return false }
            return ServiceHost(text, namespace: identity.namespace, kind: kind).full == self.host
        }
        let spec = json["spec"]
        if kind == .virtualService {
            if spec?["hosts"]?.items?.contains(where: isMeant) == true { return true }
            return ["http", "tcp", "tls"].contains { list in
                (spec?[list]?.items ?? []).contains { rule in
                    (rule["route"]?.items ?? []).contains { isMeant($0["destination"]?["host"]) }
                }
            }
        }
        let isParent = (spec?["parentRefs"]?.items ?? []).contains {
            $0["kind"]?.string == "Service" && $0["name"]?.string == identity.name
        }
        return isParent
            || (spec?["rules"]?.items ?? []).contains { rule in
                (rule["backendRefs"]?.items ?? []).contains { $0["name"]?.string == identity.name }
            }
    }

    /// Whether a rule of it has exactly two versions.
    private func splits(_ candidate: RouteCandidate) -> Bool {
        // A route that cannot be read is not the one that is meant.
        guard let rules = try? candidate.rules(nil, list: nil) else { return false }
        return rules.contains { candidate.pair(of: $0, subsets) != nil }
    }

    private func line(_ candidate: RouteCandidate) -> String {
        let key = SpecInference.kinds.first { $0.kind == candidate.kind }?.key ?? ""
        return "spec: { route: { \(key): \(candidate.name) } }"
    }

    private func several(_ found: [RouteCandidate]) -> Failure {
        let list = found.prefix(5).map(\.title).joined(separator: ", ")
        return Failure(
            message: "\(found.count) routes may be meant by '\(identity.name)': \(list)",
            hint: "name one: \(line(found[0]))"
        )
    }

    private func none() -> Failure {
        let there = SpecInference.kinds.flatMap { kind in names(kind.kind).map { "\(kind.kind.word) \($0)" } }
        let list =
            there.isEmpty
            ? "the namespace has no routes" : "there is \(there.prefix(5).joined(separator: ", "))"
        return Failure(
            message:
                "no route is meant by '\(identity.name)': neither a VirtualService or route of that name, nor one that "
                + "splits \(host) into two versions",
            hint: "\(list); name one: spec: { route: { virtualService: NAME } }"
        )
    }
}
