package import CanaryKubernetes
import CanaryYAML

/// Which pods are those of a version: the Service's selector, and the subset's labels on top of it.
package struct VersionSelector: Sendable, Hashable {
    var service: ServiceName
    /// Never empty.
    var selector: [String: String]
    var subset: [String: String]

    /// - Parameters:
    ///   - services: the Services of the namespaces in question.
    ///   - rules: the DestinationRules of the route's and the Service's namespace.
    package init(
        _ backend: RouteBackends.Backend,
        services: [KubernetesObject],
        rules: [KubernetesObject]
    ) throws(SourceError) {
        let name = backend.service
        guard let object = services.first(where: { $0.name == name.name && $0.namespace == name.namespace }) else {
            throw SourceError(
                .noService,
                "there is no Service '\(name.name)' in namespace '\(name.namespace)'",
                hint: "correct the destination's host; a short host means the route's own namespace"
            )
        }
        if object.spec["type"]?.string == "ExternalName" {
            throw SourceError(
                .noSelector,
                "Service \(name) is only a name for '\(object.spec["externalName"]?.string ?? "?")' (ExternalName)",
                hint: "name the Service that has the pods, or list what to scrape in telemetry.scrape.targets"
            )
        }
        let selector = object.spec["selector"]?.strings ?? [:]
        guard !selector.isEmpty else {
            throw SourceError(
                .noSelector,
                "Service \(name) has no selector: its endpoints are kept by somebody else, and need not be pods",
                hint: "list what to scrape in telemetry.scrape.targets"
            )
        }
        service = name
        self.selector = selector
        subset =
            try backend.subset.map { subset throws(SourceError) in
                try SubsetLabels.find(subset, of: name, in: rules)
            } ?? [:]
    }

    /// Whether a pod with these labels, in this namespace, is of the version.
    package func selects(_ labels: [String: String], namespace: String) -> Bool {
        namespace == service.namespace
            && selector.allSatisfy { labels[$0.key] == $0.value }
            && subset.allSatisfy { labels[$0.key] == $0.value }
    }
}

/// What is asked of the API for the pods and endpoints of both versions: one question a namespace and kind.
package struct PodQuery: Sendable, Hashable {
    package var namespace: String
    /// A label selector that every pod of both versions fulfils; nil if they have no label in common.
    package var pods: String?
    /// The slices of their Services.
    package var slices: String

    /// The queries for two versions: one if they share a namespace.
    package static func all(_ stable: VersionSelector, _ canary: VersionSelector) -> [PodQuery] {
        let groups = Dictionary(grouping: [stable, canary], by: \.service.namespace)
        return groups.sorted { $0.key < $1.key }.map { namespace, versions in
            let names = Set(versions.map(\.service.name)).sorted()
            return PodQuery(
                namespace: namespace,
                pods: common(versions.map(\.selector)),
                slices: requirement("kubernetes.io/service-name", names)
            )
        }
    }

    private static func common(_ selectors: [[String: String]]) -> String? {
        guard let first = selectors.first else { return nil }
        let keys = first.keys.filter { key in selectors.allSatisfy { $0[key] != nil } }
        let parts = keys.sorted().map { key in requirement(key, Set(selectors.compactMap { $0[key] }).sorted()) }
        return parts.isEmpty ? nil : parts.joined(separator: ",")
    }

    private static func requirement(_ key: String, _ values: [String]) -> String {
        values.count == 1 ? "\(key)=\(values[0])" : "\(key) in (\(values.joined(separator: ",")))"
    }
}
