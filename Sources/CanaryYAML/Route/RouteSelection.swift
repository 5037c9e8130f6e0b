package import CanaryCore

/// Which rule of which object, and which two of its destinations.
package struct RouteSelection: Sendable, Hashable {
    package var kind: RouteSpec.Kind
    package var object: String
    /// nil accepts any namespace, and a document without one is in every namespace.
    package var namespace: String?
    /// Whether a document without a namespace is none of ours: for files that several namespaces share.
    package var needsNamespace = false
    package var rule: RuleSelector?
    /// Which of a VirtualService's lists the rule is in; nil takes the only one that has rules, and http if several have.
    package var ruleList: RouteSpec.RuleList?
    package var stable: DestinationSpec
    package var canary: DestinationSpec
    /// What the rule was when it was read first. A rule that is named by its index is found again by this, because an index
    /// means another rule once somebody has inserted one before it.
    package var identity: RuleIdentity?

    package init(
        kind: RouteSpec.Kind = .virtualService,
        object: String,
        namespace: String? = nil,
        rule: RuleSelector? = nil,
        ruleList: RouteSpec.RuleList? = nil,
        stable: DestinationSpec = DestinationSpec(),
        canary: DestinationSpec = DestinationSpec()
    ) {
        self.kind = kind
        self.object = object
        self.namespace = namespace
        self.rule = rule
        self.ruleList = ruleList
        self.stable = stable
        self.canary = canary
    }

    package init(_ spec: RouteSpec, namespace: String?) {
        self.init(
            kind: spec.kind,
            object: spec.object,
            namespace: namespace,
            rule: spec.rule,
            ruleList: spec.ruleList,
            stable: spec.stable,
            canary: spec.canary
        )
    }
}
