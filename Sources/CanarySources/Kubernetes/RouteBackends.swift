package import CanaryCore
package import CanaryKubernetes
import CanaryYAML

/// The two Services that a spec's destinations stand for, each with the subset that narrows it.
package struct RouteBackends: Sendable, Hashable {
    package var stable: Backend
    package var canary: Backend

    package struct Backend: Sendable, Hashable, CustomStringConvertible {
        package var service: ServiceName
        package var subset: String?

        package var description: String {
            "Service \(service)" + (subset.map { ", subset \($0)" } ?? "")
        }
    }

    /// The backends of a route object.
    ///
    /// A destination that the spec leaves out, wholly or in part, is completed from the rule; one that the rule does
    /// not have yet, because its partner is alone there, is taken as the spec names it, on its partner's host.
    package init(_ route: RouteSpec, object: KubernetesObject) throws(SourceError) {
        let reader = Reader(route: route, object: object)
        let entries = try reader.entries()
        let (first, second) = (route.stable, route.canary)
        var (stable, canary) = (try reader.find(first, "stable", entries), try reader.find(second, "canary", entries))
        if !first.isNamed || !second.isNamed, stable == nil || canary == nil {
            let rest = entries.filter { $0 != stable && $0 != canary }
            if rest.count == 1 {
                stable = stable ?? rest[0]
                if stable != rest[0] { canary = canary ?? rest[0] }
            } else if rest.count == 2, stable == nil, canary == nil {
                (stable, canary) = (rest[0], rest[1])
            }
        }
        if stable == nil { stable = try reader.absent(first, partner: canary, entries) }
        if canary == nil { canary = try reader.absent(second, partner: stable, entries) }
        guard let stable, let canary else {
            throw SourceError(
                .badRoute,
                "\(reader.place) does not say which Services serve the two versions",
                cause: entries.isEmpty
                    ? "it has no destinations" : "it sends to " + entries.map(\.description).joined(separator: "; "),
                hint: "name host and subset in route.stable and route.canary"
            )
        }
        guard stable != canary else {
            throw SourceError(
                .ambiguous,
                "route.stable and route.canary are the same destination of \(reader.place)",
                cause: stable.description,
                hint: "name host and subset of both"
            )
        }
        self.stable = stable
        self.canary = canary
    }

    /// Both, without repetition.
    var services: [ServiceName] {
        stable.service == canary.service ? [stable.service] : [stable.service, canary.service]
    }
}

extension DestinationSpec {
    fileprivate var isNamed: Bool { host != nil || subset != nil }
}

/// Reads destinations out of a route object.
private struct Reader {
    let route: RouteSpec
    let object: KubernetesObject

    var place: String { "\(route.kind.word) \(object.namespace)/\(object.name)" }

    /// The distinct backends of the chosen rule; of all rules, if the spec chooses none.
    func entries() throws(SourceError) -> [RouteBackends.Backend] {
        var found: [RouteBackends.Backend] = []
        for rule in rules {
            for entry in rule[route.kind == .virtualService ? "route" : "backendRefs"]?.items ?? [] {
                guard let backend = try backend(entry), !found.contains(backend) else { continue }
                found.append(backend)
            }
        }
        return found
    }

    /// The one entry that a destination of the spec means; nil if it names none, or none is there.
    func find(
        _ spec: DestinationSpec,
        _ role: String,
        _ entries: [RouteBackends.Backend]
    ) throws(SourceError) -> RouteBackends.Backend? {
        guard spec.isNamed else { return nil }
        let service = try spec.host.map { host throws(SourceError) in try self.service(host) }
        let fitting = entries.filter { entry in
            (service.map { $0 == entry.service } ?? true) && (spec.subset.map { $0 == entry.subset } ?? true)
        }
        guard fitting.count <= 1 else {
            throw SourceError(
                .ambiguous,
                "several destinations of \(place) fit route.\(role)",
                cause: fitting.map(\.description).joined(separator: "; "),
                hint: "name host and subset of both, and the rule"
            )
        }
        return fitting.first
    }

    /// A destination that the rule does not have, as the spec names it.
    func absent(
        _ spec: DestinationSpec,
        partner: RouteBackends.Backend?,
        _ entries: [RouteBackends.Backend]
    ) throws(SourceError) -> RouteBackends.Backend? {
        if let host = spec.host { return RouteBackends.Backend(service: try service(host), subset: spec.subset) }
        guard let subset = spec.subset else { return nil }
        let services = Set(entries.map(\.service))
        let service = partner?.service ?? (services.count == 1 ? services.first : nil)
        return service.map { RouteBackends.Backend(service: $0, subset: subset) }
    }

    private var rules: [JSONValue] {
        var all: [JSONValue] = []
        var chosen: [JSONValue] = []
        for list in lists {
            for (index, rule) in (object.spec[list]?.items ?? []).enumerated() {
                all.append(rule)
                switch route.rule {
                case .name(let name) where rule["name"]?.string == name: chosen.append(rule)
                case .index(index): chosen.append(rule)
                default: break
                }
            }
        }
        return chosen.isEmpty ? all : chosen
    }

    private var lists: [String] {
        guard route.kind == .virtualService else { return ["rules"] }
        return (route.ruleList.map { [$0] } ?? RouteSpec.RuleList.allCases).map(\.rawValue)
    }

    private func backend(_ entry: JSONValue) throws(SourceError) -> RouteBackends.Backend? {
        if route.kind == .virtualService {
            guard let host = entry["destination"]?["host"]?.string, let service = named(host) else { return nil }
            let subset = entry["destination"]?["subset"]?.string.flatMap { $0.isEmpty ? nil : $0 }
            return RouteBackends.Backend(service: service, subset: subset)
        }
        let (group, kind) = (entry["group"]?.string ?? "", entry["kind"]?.string ?? "Service")
        guard group.isEmpty, kind == "Service", let name = entry["name"]?.string else { return nil }
        let namespace = entry["namespace"]?.string ?? object.namespace
        return RouteBackends.Backend(service: ServiceName(name: name, namespace: namespace))
    }

    private func named(_ host: String) -> ServiceName? { ServiceName(host: host, from: object.namespace) }

    private func service(_ host: String) throws(SourceError) -> ServiceName {
        if let service = named(host) { return service }
        throw SourceError(
            .notAService,
            "the host '\(host)' is no Service of this cluster, so its pods cannot be found",
            cause: "a Service is written NAME, or NAME.NAMESPACE.svc.DOMAIN",
            hint: "write the destination's host in full, or list what to scrape in telemetry.scrape.targets"
        )
    }
}
