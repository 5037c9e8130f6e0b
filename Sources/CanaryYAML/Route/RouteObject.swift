package import CanaryCore

/// A route as an API answered it: read with the same logic as a file, and changed by a JSON Patch.
package struct RouteObject: Sendable {
    package let json: JSONValue
    private let located: LocatedRule

    /// Refuses what `RouteReader` refuses: several candidates, a third destination, delegates.
    package init(json: JSONValue, selection: RouteSelection) throws(RouteError) {
        self.json = json
        guard let object = RouteDocument.Object(YAMLNode(json), path: [], lines: 0..<0),
            object.routeKind == selection.kind
        else {
            throw RouteError(.notARoute, "the server's answer is no \(selection.kind.word)")
        }
        try object.checkVersion()
        located = try LocatedRule(object: object, selection: selection)
    }

    /// As of a file; `place` holds the namespace, e.g. `VirtualService test1/demo4-vs, rule 0`.
    package var reading: RouteReading {
        var reading = RouteReading(located)
        let name = [located.namespace, located.object.name].compactMap { $0 }.joined(separator: "/")
        reading.place = "\(located.object.kind) \(name), \(located.rule.label)"
        return reading
    }

    /// The weights to write for a share in percent; see `RouteEditor.edit(text:selection:canaryPercent:)`.
    package func weights(canaryPercent: Double) throws(RouteError) -> RouteWeights {
        try located.weights(canaryPercent: canaryPercent)
    }

    /// The operations that write both weights, and what the object must be afterwards.
    package func patch(to weights: RouteWeights) throws(RouteError) -> RoutePatch {
        try located.check(weights)
        var patch = RoutePatch(of: json, rule: located, weights: weights)
        if let stable = located.stable { patch.setWeight(weights.stable, of: stable) }
        if let canary = located.canary { patch.setWeight(weights.canary, of: canary) }
        switch (located.stable, located.canary) {
        case (.some(let lone), nil):
            try located.checkPartner(located.selection.canary, of: lone)
            patch.add(
                PartnerEntry(of: lone, partner: located.selection.canary, weight: weights.canary, located: located)
            )
        case (nil, .some(let lone)):
            try located.checkPartner(located.selection.stable, of: lone)
            patch.add(
                PartnerEntry(of: lone, partner: located.selection.stable, weight: weights.stable, located: located)
            )
        default: break
        }
        try patch.check(located.selection)
        return patch
    }
}
