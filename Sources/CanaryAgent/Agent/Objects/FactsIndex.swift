import CanaryCore
import CanaryKubernetes
import CanaryYAML
import Synchronization

/// The objects of one namespace from which specs are completed, found by what they are about.
///
/// A canary is given those that can concern it, so that a namespace with a thousand of them costs each of them a look at its own.
struct FactsIndex: Sendable {
    private var routes: [String: [String: JSONValue]] = [:]
    /// By the first label of the host; those with a wildcard under `*`.
    private var rules: [String: [JSONValue]] = [:]
    private var services: [String: JSONValue] = [:]
    private var deployments: [String: [JSONValue]] = [:]

    mutating func addRoute(_ object: KubernetesObject, of resource: APIResource) {
        routes[resource.plural, default: [:]][object.name] = object.json
    }

    mutating func addRule(_ object: KubernetesObject) {
        let host = object.spec["host"]?.string ?? ""
        rules[Self.label(host), default: []].append(object.json)
    }

    mutating func addService(_ object: KubernetesObject) { services[object.name] = object.json }

    mutating func addDeployment(_ object: KubernetesObject) {
        let labels = object.spec["template"]?["metadata"]?["labels"]?.strings ?? [:]
        for (key, value) in labels { deployments["\(key)=\(value)", default: []].append(object.json) }
    }

    /// What a canary can be completed from.
    func facts(for canary: JSONValue) -> ClusterFacts {
        var facts = ClusterFacts()
        let named = canary["spec"]?["route"]
        let names = [
            "virtualservices": named?["virtualService"]?.string, "httproutes": named?["httpRoute"]?.string,
            "grpcroutes": named?["grpcRoute"]?.string,
        ]
        let isNamed = names.values.contains { $0 != nil }
        func found(_ plural: String) -> [JSONValue] {
            let all = routes[plural] ?? [:]
            guard isNamed else { return Array(all.values) }
            guard let name = names[plural] ?? nil else { return [] }
            // Of a name that is not there, the nearest one is told.
            return all[name].map { [$0] } ?? Array(all.values)
        }
        facts.virtualServices = found("virtualservices")
        facts.httpRoutes = found("httproutes")
        facts.grpcRoutes = found("grpcroutes")
        guard isNamed else {
            facts.destinationRules = rules.values.flatMap { $0 }
            facts.services = Array(services.values)
            facts.deployments = unique(deployments.values.flatMap { $0 })
            return facts
        }
        let isThere = names.contains { kind, name in name.map { routes[kind]?[$0] != nil } ?? false }
        guard isThere else { return facts }
        var hosts: Set<String> = []
        for route in facts.virtualServices + facts.httpRoutes + facts.grpcRoutes { Self.hosts(of: route, into: &hosts) }
        for destination in ["stable", "canary"] {
            if let host = named?[destination]?["host"]?.string { hosts.insert(Self.label(host)) }
        }
        for host in hosts.sorted() {
            facts.destinationRules += rules[host] ?? []
            guard let service = services[host] else { continue }
            facts.services.append(service)
            guard let pair = service["spec"]?["selector"]?.strings.min(by: { $0.key < $1.key }) else { continue }
            facts.deployments += deployments["\(pair.key)=\(pair.value)"] ?? []
        }
        facts.destinationRules += rules["*"] ?? []
        facts.deployments = unique(facts.deployments)
        return facts
    }

    private func unique(_ objects: [JSONValue]) -> [JSONValue] {
        var seen: Set<String> = []
        return objects.filter { seen.insert($0["metadata"]?["name"]?.string ?? "").inserted }
    }

    /// The first labels of the hosts that a route sends to.
    private static func hosts(of route: JSONValue, into hosts: inout Set<String>) {
        let spec = route["spec"]
        for list in ["http", "tcp", "tls", "rules"] {
            for rule in spec?[list]?.items ?? [] {
                for entry in (rule["route"]?.items ?? []) + (rule["backendRefs"]?.items ?? []) {
                    if let host = entry["destination"]?["host"]?.string ?? entry["name"]?.string {
                        hosts.insert(label(host))
                    }
                }
            }
        }
    }

    private static func label(_ host: String) -> String {
        host.hasPrefix("*") ? "*" : String(host.prefix { $0 != "." })
    }
}

/// Which namespaces changed in a way that may complete a spec otherwise: weights and status do not.
final class FactsEpochs: Sendable {
    private let epochs = Mutex<[String: UInt64]>([:])

    func epoch(of namespace: String) -> UInt64 { epochs.withLock { $0[namespace] ?? 0 } }

    /// Whether a change of an object is one of those.
    func note(_ change: ObjectChange, of resource: APIResource) -> Bool {
        guard let object = change.object, Self.isStructural(change, resource) else { return false }
        epochs.withLock { $0[object.namespace, default: 0] += 1 }
        return true
    }

    private static func isStructural(_ change: ObjectChange, _ resource: APIResource) -> Bool {
        let part: (KubernetesObject) -> JSONValue?
        switch resource.plural {
        case "virtualservices", "httproutes", "grpcroutes": part = { unweighted($0.json["spec"] ?? .null) }
        case "destinationrules", "services": part = { $0.json["spec"] }
        case "deployments": part = { $0.json["spec"]?["template"]?["metadata"]?["labels"] }
        default: return false
        }
        guard let before = change.before, let after = change.after else { return true }
        return part(before) != part(after)
    }

    private static func unweighted(_ value: JSONValue) -> JSONValue {
        switch value {
        case .object(let members):
            .object(members.filter { $0.key != "weight" }.mapValues(unweighted))
        case .array(let items): .array(items.map(unweighted))
        default: value
        }
    }
}
