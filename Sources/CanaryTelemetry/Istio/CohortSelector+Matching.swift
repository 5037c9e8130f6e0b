extension CohortSelector {
    /// Whether a series with these labels is one of the version's.
    func selects(_ labels: IstioLabels) -> Bool {
        if let workload, !workload.isEmpty {
            guard IstioLabels.equals(labels.workload, workload) else { return false }
            return isNamespace(labels)
        }
        if let revision, !revision.isEmpty {
            guard revision != Self.fallbackRevision, IstioLabels.equals(labels.revision, revision) else { return false }
            return isNamespace(labels)
        }
        if let subset, !subset.isEmpty {
            let isRevision = subset != Self.fallbackRevision && IstioLabels.equals(labels.revision, subset)
            guard isRevision || IstioLabels.equals(labels.version, subset) else { return false }
            return isNamespace(labels)
        }
        return false
    }

    private func isNamespace(_ labels: IstioLabels) -> Bool {
        guard let namespace, !namespace.isEmpty else { return true }
        return IstioLabels.equals(labels.namespace, namespace)
    }

    /// What Istio writes when it knows no revision.
    private static var fallbackRevision: String { "latest" }
}
