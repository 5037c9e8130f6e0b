package import CanaryCore

/// What a VirtualService says about the chosen rule.
package struct RouteReading: Sendable, Hashable {
    /// Weights in force: an absent one beside a partner is 0, and a lone destination gets everything whatever its
    /// weight says.
    package var weights: RouteWeights
    package var reach: RouteReach
    /// `VirtualService demo4-vs, rule 0`.
    package var place: String
    /// The destinations as they stand there, with the workloads and revisions of the selection; a side that the rule
    /// lacks is as the selection has it. If the selection names neither, they are the two of the rule in their order.
    package var stable: DestinationSpec
    package var canary: DestinationSpec
}

/// Reads the chosen rule of a VirtualService from YAML text with any number of documents.
package enum VirtualServiceReader {
    /// Refuses, with a reason, whatever could not be edited safely either: several candidates, a third destination,
    /// delegates, templates. Never traps, whatever the text.
    package static func read(text: String, selection: RouteSelection) throws(RouteError) -> RouteReading {
        let located = try LocatedRule(text: text, selection: selection)
        func found(_ destination: RouteRule.Destination?, _ spec: DestinationSpec) -> DestinationSpec {
            guard let destination else { return spec }
            return DestinationSpec(
                host: destination.host,
                subset: destination.subset,
                workload: spec.workload,
                revision: spec.revision
            )
        }
        return RouteReading(
            weights: located.weights,
            reach: located.reach,
            place: located.place,
            stable: found(located.stable, selection.stable),
            canary: found(located.canary, selection.canary)
        )
    }
}
