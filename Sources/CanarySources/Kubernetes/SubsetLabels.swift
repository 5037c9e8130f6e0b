import CanaryKubernetes
import CanaryYAML

/// The labels that DestinationRules give to a subset of a Service.
enum SubsetLabels {
    /// - Parameters:
    ///   - rules: all DestinationRules of the route's and of the Service's namespace, for any host.
    static func find(
        _ subset: String,
        of service: ServiceName,
        in rules: [KubernetesObject]
    ) throws(SourceError) -> [String: String] {
        let governing = rules.filter { governs($0, service) }.sorted { label($0) < label($1) }
        var found: [(labels: [String: String], rule: String)] = []
        var names: [String] = []
        for rule in governing {
            for entry in rule.spec["subsets"]?.items ?? [] {
                guard let name = entry["name"]?.string else { continue }
                names.append(name)
                let labels = entry["labels"]?.strings ?? [:]
                guard name == subset, !found.contains(where: { $0.labels == labels }) else { continue }
                found.append((labels, label(rule)))
            }
        }
        guard let first = found.first else {
            let there = names.isEmpty ? "none" : names.prefix(10).joined(separator: ", ")
            throw SourceError(
                .noSubset,
                "no DestinationRule gives Service \(service) a subset '\(subset)'",
                cause: governing.isEmpty
                    ? "no DestinationRule is for this host"
                    : "\(governing.map(label).joined(separator: ", ")) has the subsets: \(there)",
                hint:
                    "without it Envoy answers 503 for this share: add the subset, or name another in the spec"
            )
        }
        guard found.count == 1 else {
            throw SourceError(
                .ambiguous,
                "the subset '\(subset)' of Service \(service) has different labels in several DestinationRules",
                cause: found.map(\.rule).joined(separator: ", "),
                hint: "keep one of them"
            )
        }
        return first.labels
    }

    /// Whether a rule's host, which may be a wildcard, is the Service.
    private static func governs(_ rule: KubernetesObject, _ service: ServiceName) -> Bool {
        guard let host = rule.spec["host"]?.string else { return false }
        guard host.hasPrefix("*") else { return ServiceName(host: host, from: rule.namespace) == service }
        return "\(service.name).\(service.namespace).svc.cluster.local".hasSuffix(host.dropFirst())
    }

    private static func label(_ rule: KubernetesObject) -> String { "\(rule.namespace)/\(rule.name)" }
}
