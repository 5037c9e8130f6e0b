import CanaryCore

/// Finds the Deployment whose pods a destination reaches, by the labels that Kubernetes and Istio go by.
struct WorkloadMatcher {
    let identity: CanaryIdentity
    let facts: ClusterFacts
    let subsets: SubsetIndex

    enum Match {
        case workload(String, origin: String)
        /// There is no Deployment yet, but the subset's labels tell how its requests will be counted.
        case revision(String, origin: String, note: String)
        case several([String], what: String)
        case nothing(note: String)
    }

    /// - Parameter host: in full.
    func match(host: String, subset: String?) -> Match {
        let what = subset.map { "the subset '\($0)' of \(host)" } ?? host
        let service = ServiceHost(host, namespace: identity.namespace, kind: .virtualService).service
        guard let service, identity.namespace == nil || service.namespace == identity.namespace else {
            return .nothing(note: "the Deployment of \(what) is not looked for: it is no Service of this namespace")
        }
        var labels: [String: String] = [:]
        var origin: String?
        if let subset {
            guard let found = subsets.labels(subset, of: host) else {
                return .nothing(note: "no DestinationRule defines \(what): its Deployment is not known")
            }
            (origin, labels) = (found.origin, found.labels)
        }
        let object = facts.services.first { $0["metadata"]?["name"]?.string == service.name }
        guard let selector = object?["spec"]?["selector"]?.strings, !selector.isEmpty else {
            let note =
                object == nil ? "there is no Service \(service.name)" : "the Service \(service.name) selects no pods"
            return revision(labels, origin, note: "\(note): the Deployment of \(what) is not known")
        }
        for (key, value) in selector { labels[key] = value }
        let found = facts.deployments.filter { deployment in
            let template = deployment["spec"]?["template"]?["metadata"]?["labels"]?.members ?? [:]
            return labels.allSatisfy { template[$0.key] == .string($0.value) }
        }
        let names = found.compactMap { $0["metadata"]?["name"]?.string }.sorted()
        switch names.count {
        case 0: return revision(labels, origin, note: "no Deployment has the labels of \(what) yet")
        case 1:
            let place = identity.namespace.map { "\($0)/\(names[0])" } ?? names[0]
            return .workload(names[0], origin: "Deployment \(place)")
        default: return .several(names, what: what)
        }
    }

    private func revision(_ labels: [String: String], _ origin: String?, note: String) -> Match {
        guard let origin, let value = FleetSubsets.telling.lazy.compactMap({ labels[$0] }).first else {
            return .nothing(note: note)
        }
        return .revision(value, origin: origin, note: note)
    }
}
