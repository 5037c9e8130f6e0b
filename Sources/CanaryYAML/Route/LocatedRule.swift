import CanaryCore

/// The chosen rule with its two destinations, ready to be read or edited.
struct LocatedRule {
    var object: RouteDocument.Object
    var rule: RouteRule
    /// How many rules its list has.
    var ruleCount: Int
    /// One of them is nil for a rule with a lone destination.
    var stable: RouteDestination?
    var canary: RouteDestination?
    /// What the selection asks for, needed when a partner must be added.
    var selection: RouteSelection
    var reach: RouteReach

    init(object: RouteDocument.Object, selection: RouteSelection) throws(RouteError) {
        let rules = try RouteRule.all(of: object, list: selection.ruleList)
        let finder = DestinationFinder(selection: selection, namespace: object.namespace ?? selection.namespace)
        let rule = try Self.choose(rules, finder, selection, object)
        self.object = object
        self.rule = rule
        self.selection = selection
        ruleCount = rules.count
        (stable, canary) = try finder.pair(in: rule, object: object)
        reach = Self.reach(of: rule, among: rules, stable: stable, canary: canary, finder)
        try checkLoneWeight()
    }

    /// The namespace that short names are completed with.
    var namespace: String? { object.namespace ?? selection.namespace }

    /// `VirtualService demo4-vs, rule 0`.
    var place: String { "\(object.kind) \(object.name), \(rule.label)" }

    var identity: RuleIdentity {
        RuleIdentity(index: rule.index, count: ruleCount, fingerprint: rule.fingerprint)
    }

    /// From the object to the rule's list of destinations.
    var entriesPath: YAMLPath {
        [.key("spec"), .key(rule.grammar.rulesKey), .item(rule.index), .key(rule.grammar.entriesKey)]
    }

    private func checkLoneWeight() throws(RouteError) {
        guard !rule.grammar.isVirtualService, let lone = stable == nil ? canary : canary == nil ? stable : nil,
            lone.weight == 0
        else { return }
        throw RouteError(
            .unsupported,
            "\(rule.label) of \(object.title) has the lone destination \(lone.label) with weight 0: "
                + "every request gets status 500",
            hint: "give it a weight above 0"
        )
    }

    private static func choose(
        _ rules: [RouteRule],
        _ finder: DestinationFinder,
        _ selection: RouteSelection,
        _ object: RouteDocument.Object
    ) throws(RouteError) -> RouteRule {
        let list = rules.map { "\($0.label): \($0.destinations.map(\.label).joined(separator: ", "))" }.joined(
            separator: "; "
        )
        let chosen: RouteRule
        let again = try Self.again(rules, selection, object)
        switch selection.rule {
        case _ where again != nil:
            chosen = again ?? rules[0]
        case .name(let name):
            let found = rules.filter { $0.name == name }
            guard let first = found.first, found.count == 1 else {
                throw RouteError(
                    .ambiguous,
                    found.isEmpty
                        ? "\(object.title) has no rule named '\(name)'"
                        : "\(object.title) has \(found.count) rules named '\(name)'",
                    cause: list,
                    hint: "choose one with route.rule: { index: N }"
                )
            }
            chosen = first
        case .index(let index):
            guard rules.indices.contains(index) else {
                throw RouteError(
                    .ambiguous,
                    "\(object.title) has no rule \(index)",
                    cause: list,
                    hint: "rules count from 0"
                )
            }
            chosen = rules[index]
        case nil:
            let both = rules.filter { $0.detour == nil && finder.hasBoth($0) }
            guard let first = both.first ?? (rules.count == 1 ? rules.first : nil), both.count <= 1 else {
                throw RouteError(
                    .ambiguous,
                    both.isEmpty
                        ? "no rule of \(object.title) has both destinations"
                        : "\(both.count) rules of \(object.title) have both destinations",
                    cause: list,
                    hint: "choose one with route.rule: { name: NAME } or { index: N }"
                )
            }
            chosen = first
        }
        if let detour = chosen.detour {
            throw RouteError(
                .unsupported,
                "\(chosen.label) of \(object.title) has \(detour) in place of weights",
                hint: chosen.delegate.map { "the weights are in the delegate: name VirtualService '\($0)' in the spec" }
            )
        }
        return chosen
    }

    /// The rule that was chosen before, by what it was then; nil if there is nothing to go by.
    ///
    /// A name needs no such help. Without a name, the one rule with the same conditions is meant wherever it stands now; if
    /// there is none, the index still means the same rule as long as the list has the same length.
    private static func again(
        _ rules: [RouteRule],
        _ selection: RouteSelection,
        _ object: RouteDocument.Object
    ) throws(RouteError) -> RouteRule? {
        guard let identity = selection.identity else { return nil }
        if case .name = selection.rule { return nil }
        let same = rules.filter { $0.fingerprint == identity.fingerprint }
        if same.count == 1 { return same[0] }
        if let rule = same.first(where: { $0.index == identity.index }) { return rule }
        guard same.isEmpty, rules.count == identity.count else {
            throw RouteError(
                .ambiguous,
                "rule \(identity.index) of \(object.title) is not the rule it was",
                cause:
                    "its list went from \(identity.count) to \(rules.count) rules, and \(same.count) of them have its conditions",
                hint: "give the rule a name, and name it in route.rule",
                disposition: .stop
            )
        }
        return nil
    }

    /// Istio tries rules in order and the first match wins, so what follows a rule without match is never reached. The
    /// Gateway API orders rules by how specific they are: each of them may be reached.
    ///
    /// The canary's destination counts as well: roles are exchanged from release to release, and other users' requests would
    /// spoil its numbers just the same.
    private static func reach(
        of rule: RouteRule,
        among rules: [RouteRule],
        stable: RouteDestination?,
        canary: RouteDestination?,
        _ finder: DestinationFinder
    ) -> RouteReach {
        let last = rule.grammar.isOrdered ? rules.firstIndex { !$0.hasMatch } : nil
        let end = last ?? rules.count - 1
        let live = rules.prefix(end + 1).filter { $0.index != rule.index }
        if let other = live.first(where: { $0.detour == "delegate" }) {
            return .segmentOfStable(elsewhere: "\(other.label), which delegates")
        }
        if let other = live.first(where: { $0.reaches { finder.isStable($0, found: stable) } }) {
            return .segmentOfStable(elsewhere: other.label)
        }
        if let other = live.first(where: { $0.reaches { finder.isCanary($0, found: canary) } }) {
            return .segmentOfStable(elsewhere: "\(other.label), which sends to the canary's destination")
        }
        return rule.hasMatch || !live.isEmpty ? .segment : .everything
    }
}
