package import CanaryCore

/// A canary with everything that policies preset and that was inferred.
package struct ResolvedCanary: Sendable {
    /// As written, with `${VAR}` unexpanded: what journals hold.
    package let spec: CanarySpec
    /// The rules of the cluster, the namespace and the canary itself, all of which hold.
    package let policies: [ScopedPolicy]
    /// Where values came from, by path relative to `spec`: `object`, `namespace policy`, `cluster policy`, `inferred from
    /// DestinationRule test1/demo4`. What is missing is a default.
    package let origins: [String: String]
    /// What a reader should know, e.g. that a version has no Deployment yet.
    package let notes: [String]

    init(_ composed: ComposedCanary) {
        spec = composed.decoded.spec
        policies = composed.policies
        origins = composed.decoded.origins.mapValues(\.description)
        notes = composed.notes
    }
}

/// The same with the tree it was decoded from: for `validate`, and for a file of the operator's own whose relative paths and variables
/// are still to be resolved.
package struct ComposedCanary: Sendable {
    package let decoded: DecodedSpec
    package let policies: [ScopedPolicy]
    package let notes: [String]

    /// The route is not known: nobody wrote it, and there were no objects to infer it from.
    package var isOpen: Bool { decoded.tree.isOpen }

    /// Every value, and the rules of all scopes, for `validate --effective`.
    package var effective: [EffectiveSpec.Entry] {
        var entries = EffectiveSpec(decoded).entries
        if isOpen {
            let first = entries.firstIndex { $0.path.hasPrefix("route.") } ?? entries.count
            entries.removeAll { $0.path.hasPrefix("route.") && ($0.origin == .builtIn) }
            let open = EffectiveSpec.Entry(path: "route", value: "-", origin: .cascade("inferred in the cluster"))
            entries.insert(open, at: min(first, entries.count))
        }
        for scoped in policies {
            if case .object = scoped.scope { continue }
            entries += PolicyWords.entries(scoped.policy).map {
                EffectiveSpec.Entry(path: "policy.\($0.path)", value: $0.value, origin: .cascade(scoped.scope.layer))
            }
        }
        return entries
    }
}

extension ScopedPolicy.Scope {
    /// `cluster policy`, as in origins.
    package var layer: String {
        switch self {
        case .cluster: SpecTree.Source.Layer.clusterPolicy.word
        case .namespace: SpecTree.Source.Layer.namespacePolicy.word
        case .object: SpecTree.Source.Layer.own.word
        }
    }
}
