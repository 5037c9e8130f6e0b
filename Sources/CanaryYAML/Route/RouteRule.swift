import CanaryCore

/// One rule of a route.
struct RouteRule {
    var node: YAMLNode
    var index: Int
    var name: String?
    var grammar: RouteGrammar
    /// Whether it governs only some requests; see `RuleMatch`.
    var hasMatch: Bool
    var destinations: [RouteDestination]
    /// What it has in place of destinations, if anything: `redirect`, `directResponse`, `delegate`, `RequestRedirect`.
    var detour: String?
    /// The VirtualService that a delegating rule leads to, as `namespace/name` or `name`.
    var delegate: String?

    /// `rule 0`, `rule 'staff' (1)`, `tcp rule 0`.
    var label: String { name.map { "\(grammar.ruleWord) '\($0)' (\(index))" } ?? "\(grammar.ruleWord) \(index)" }

    /// Its name and conditions as one text: what remains the same when weights and positions change.
    var fingerprint: String {
        (name ?? "") + "|" + (node[grammar.matchKey].flatMap { $0.isNull ? nil : $0.canonicalText } ?? "")
    }

    /// What the rule does to requests besides sending them on.
    var notes: [String] {
        if grammar.isVirtualService {
            return ["rewrite", "mirror", "mirrors", "fault"].filter { node[$0].map { !$0.isNull } ?? false }
        }
        return filterTypes
    }

    private var filterTypes: [String] { node["filters"]?.items?.compactMap { $0["type"]?.scalar } ?? [] }

    /// Whether requests of this rule can reach a destination now.
    ///
    /// Istio sends everything to a lone destination whatever its weight says; the Gateway API obeys a 0 there too.
    func reaches(_ matches: (RouteDestination) -> Bool) -> Bool {
        let found = destinations.filter(matches)
        if destinations.count == 1, grammar.isVirtualService { return !found.isEmpty }
        return found.contains { ($0.weight ?? grammar.absentWeight) > 0 }
    }

    /// The rules of an object, of one list. A VirtualService's other lists govern other protocols.
    ///
    /// - Parameter list: nil takes the only list that has rules, and http if several have.
    static func all(of object: RouteDocument.Object, list: RouteSpec.RuleList? = nil) throws(RouteError) -> [RouteRule]
    {
        guard let kind = object.routeKind else {
            throw RouteError(.notARoute, "\(object.title) is no route")
        }
        guard let spec = object.node["spec"], spec.pairs != nil else {
            throw RouteError(.notARoute, "\(object.title) has no spec")
        }
        let lists = RouteSpec.RuleList.allCases.filter { !(spec[$0.rawValue]?.items ?? []).isEmpty }
        let grammar = RouteGrammar(kind, list: list ?? lists.first)
        guard let items = spec[grammar.rulesKey]?.items, !items.isEmpty else {
            let others = kind == .virtualService ? lists.map(\.rawValue) : []
            throw RouteError(
                .notARoute,
                "\(object.title) has no \(kind == .virtualService ? "\(grammar.rulesKey) " : "")rules",
                cause: others.isEmpty ? nil : "it has \(others.joined(separator: " and ")) rules",
                hint: others.first.map { "name the list with route.rule: { index: N, list: \($0) }" }
            )
        }
        var rules: [RouteRule] = []
        for (index, node) in items.enumerated() {
            rules.append(try RouteRule(node, index: index, grammar: grammar, object: object))
        }
        return rules
    }

    private init(_ node: YAMLNode, index: Int, grammar: RouteGrammar, object: RouteDocument.Object) throws(RouteError) {
        self.node = node
        self.index = index
        self.grammar = grammar
        name = node["name"].flatMap { $0.isNull || $0.scalar == "" ? nil : $0.scalar }
        hasMatch = RuleMatch.limits(node[grammar.matchKey], grammar)
        destinations = []
        guard node.pairs != nil else {
            throw RouteError(
                .notARoute,
                "\(grammar.rulesKey)[\(index)] of '\(object.name)'\(node.lineWords) is not a mapping"
            )
        }
        if grammar.isVirtualService {
            detour = ["redirect", "directResponse", "delegate"].first { node[$0].map { !$0.isNull } ?? false }
            delegate = node["delegate"]?["name"]?.scalar.map { name in
                (node["delegate"]?["namespace"]?.scalar).map { "\($0)/\(name)" } ?? name
            }
        } else if filterTypes.contains("RequestRedirect") {
            detour = "RequestRedirect"
        }
        guard let route = node[grammar.entriesKey], !route.isNull else { return }
        guard let entries = route.items else {
            throw RouteError(
                .notARoute,
                "\(label) of '\(object.name)'\(route.lineWords) has a \(grammar.entriesKey) that is no list"
            )
        }
        for (position, entry) in entries.enumerated() {
            destinations.append(try RouteDestination(entry, index: position, rule: label, grammar: grammar))
        }
    }
}
