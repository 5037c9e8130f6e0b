package import CanaryCore

/// What a route says about the chosen rule.
package struct RouteReading: Sendable, Hashable {
    /// Weights in force: an absent one beside a partner is 0 for Istio and 1 for the Gateway API, and a lone destination
    /// gets everything whatever its weight says.
    package var weights: RouteWeights
    package var reach: RouteReach
    /// `VirtualService demo4-vs, rule 0`.
    package var place: String
    /// The destinations as they stand there, with the workloads and revisions of the selection; a side that the rule
    /// lacks is as the selection has it. If the selection names neither, they are the two of the rule in their order.
    package var stable: DestinationSpec
    package var canary: DestinationSpec
    /// The rule's name, if it has one.
    package var ruleName: String?
    /// Which of a VirtualService's lists the rule is in.
    package var ruleList: RouteSpec.RuleList?
    /// To find the rule again; see `RouteSelection.identity`.
    package var identity: RuleIdentity
    /// What the rule does besides sending on: `rewrite`, `mirror`, `fault`, or types of filters such as `URLRewrite`.
    package var notes: [String]

    init(_ located: LocatedRule) {
        func found(_ destination: RouteDestination?, _ spec: DestinationSpec) -> DestinationSpec {
            guard let destination else { return spec }
            return DestinationSpec(
                host: destination.host,
                subset: destination.subset,
                workload: spec.workload,
                revision: spec.revision
            )
        }
        weights = located.weights
        reach = located.reach
        place = located.place
        stable = found(located.stable, located.selection.stable)
        canary = found(located.canary, located.selection.canary)
        ruleName = located.rule.name
        ruleList = located.rule.grammar.list
        identity = located.identity
        notes = located.rule.notes
    }
}

/// Reads the chosen rule of a route from YAML text with any number of documents.
package enum RouteReader {
    /// Refuses, with a reason, whatever could not be edited safely either: several candidates, a third destination,
    /// delegates, templates. Never traps, whatever the text.
    package static func read(text: String, selection: RouteSelection) throws(RouteError) -> RouteReading {
        let document = try RouteDocument(text: text)
        return RouteReading(try LocatedRule(object: try document.object(selection), selection: selection))
    }
}
