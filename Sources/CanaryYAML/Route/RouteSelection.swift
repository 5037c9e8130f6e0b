package import CanaryCore

/// Which rule of which document, and which two of its destinations.
package struct RouteSelection: Sendable, Hashable {
    package var kind: RouteSpec.Kind
    package var object: String
    /// nil accepts any namespace, and a document without one is in every namespace.
    package var namespace: String?
    package var rule: RuleSelector?
    package var stable: DestinationSpec
    package var canary: DestinationSpec

    package init(
        kind: RouteSpec.Kind = .virtualService,
        object: String,
        namespace: String? = nil,
        rule: RuleSelector? = nil,
        stable: DestinationSpec = DestinationSpec(),
        canary: DestinationSpec = DestinationSpec()
    ) {
        self.kind = kind
        self.object = object
        self.namespace = namespace
        self.rule = rule
        self.stable = stable
        self.canary = canary
    }

    package init(_ spec: RouteSpec, namespace: String?) {
        self.init(
            kind: spec.kind,
            object: spec.object,
            namespace: namespace,
            rule: spec.rule,
            stable: spec.stable,
            canary: spec.canary
        )
    }
}
