import CanaryCore

/// The chosen rule with its two destinations, ready to be read or edited.
struct LocatedRule {
    enum Side: Sendable, Hashable {
        case stable
        case canary
    }

    var document: RouteDocument
    var object: RouteDocument.Object
    var rule: RouteRule
    /// One of them is nil for a rule with a lone destination.
    var stable: RouteRule.Destination?
    var canary: RouteRule.Destination?
    /// What the selection asks for, needed when a partner must be added.
    var selection: RouteSelection
    var reach: RouteReach

    init(text: String, selection: RouteSelection) throws(RouteError) {
        let document = try RouteDocument(text: text)
        let object = try document.object(selection)
        let rules = try RouteRule.all(of: object)
        let finder = DestinationFinder(selection: selection, namespace: object.namespace ?? selection.namespace)
        let rule = try Self.choose(rules, finder, selection, object)
        self.document = document
        self.object = object
        self.rule = rule
        self.selection = selection
        (stable, canary) = try finder.pair(in: rule, object: object)
        reach = Self.reach(of: rule, among: rules, stable: stable, canary: canary, finder)
    }

    /// The weights in force: an absent one is 0 beside a partner, and a lone destination gets everything.
    var weights: RouteWeights {
        switch (stable, canary) {
        case (.some(let stable), .some(let canary)):
            RouteWeights(stable: stable.weight ?? 0, canary: canary.weight ?? 0)
        case (.none, .some): RouteWeights(stable: 0, canary: 100)
        default: RouteWeights(stable: 100, canary: 0)
        }
    }

    /// `VirtualService demo4-vs, rule 0`.
    var place: String { "VirtualService \(object.name), \(rule.label)" }

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
        switch selection.rule {
        case .name(let name):
            let found = rules.filter { $0.name == name }
            guard let first = found.first, found.count == 1 else {
                throw RouteError(
                    .ambiguous,
                    found.isEmpty
                        ? "VirtualService '\(object.name)' has no rule named '\(name)'"
                        : "VirtualService '\(object.name)' has \(found.count) rules named '\(name)'",
                    cause: list,
                    hint: "choose one with route.rule: { index: N }"
                )
            }
            chosen = first
        case .index(let index):
            guard rules.indices.contains(index) else {
                throw RouteError(
                    .ambiguous,
                    "VirtualService '\(object.name)' has no rule \(index)",
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
                        ? "no rule of VirtualService '\(object.name)' has both destinations"
                        : "\(both.count) rules of VirtualService '\(object.name)' have both destinations",
                    cause: list,
                    hint: "choose one with route.rule: { name: NAME } or { index: N }"
                )
            }
            chosen = first
        }
        if let detour = chosen.detour {
            throw RouteError(
                .unsupported,
                "\(chosen.label) of VirtualService '\(object.name)' has \(detour) in place of weights",
                hint: detour == "delegate" ? "the weights are in the delegate: name that VirtualService" : nil
            )
        }
        return chosen
    }

    /// Rules are tried in order and the first match wins, so what follows a rule without match is never reached.
    ///
    /// The canary's destination counts as well: roles are exchanged from release to release, and other users' requests would
    /// spoil its numbers just the same.
    private static func reach(
        of rule: RouteRule,
        among rules: [RouteRule],
        stable: RouteRule.Destination?,
        canary: RouteRule.Destination?,
        _ finder: DestinationFinder
    ) -> RouteReach {
        let end = rules.firstIndex { !$0.hasMatch } ?? rules.count - 1
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
