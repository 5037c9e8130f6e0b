package import CanaryCore

/// Rewrites the two weights of one rule in YAML text, and nothing else.
///
/// Weights that are there are replaced character by character, with their quotes. Absent weights, and the missing
/// partner of a lone destination, are inserted as whole lines with the neighbour's indentation. The outcome is
/// composed again and compared with the original; unless the two weights are the only difference it is not handed
/// out.
package enum VirtualServiceEditor {
    /// Gives the canary this share in percent; both weights end up written.
    ///
    /// The sum found is kept. If that cannot express the share, or is 0, or there is only one destination, the
    /// weights sum to 100, or to 1,000 or 10,000 for a share with decimals.
    ///
    /// - Complexity: O(n) in the length of the text.
    package static func edit(
        text: String,
        selection: RouteSelection,
        canaryPercent: Double
    ) throws(RouteError) -> String {
        let located = try LocatedRule(text: text, selection: selection)
        return try edit(text, located, to: try weights(canaryPercent: canaryPercent, found: located))
    }

    /// Writes exactly these weights.
    package static func edit(text: String, selection: RouteSelection, to weights: RouteWeights) throws(RouteError)
        -> String
    {
        try edit(text, try LocatedRule(text: text, selection: selection), to: weights)
    }

    /// The weights that `edit(text:selection:canaryPercent:)` would write.
    package static func weights(
        text: String,
        selection: RouteSelection,
        canaryPercent: Double
    ) throws(RouteError) -> RouteWeights {
        try weights(canaryPercent: canaryPercent, found: try LocatedRule(text: text, selection: selection))
    }

    private static func weights(canaryPercent: Double, found: LocatedRule) throws(RouteError) -> RouteWeights {
        let isPair = found.stable != nil && found.canary != nil
        for sum in (isPair ? [found.weights.sum] : []) + [100, 1000, 10_000] where sum > 0 {
            if let weights = RouteWeights(canaryPercent: canaryPercent, sum: sum) { return weights }
        }
        throw RouteError(.unsupported, "weights cannot express \(canaryPercent)% for the canary")
    }

    private static func edit(_ text: String, _ located: LocatedRule, to weights: RouteWeights) throws(RouteError)
        -> String
    {
        guard weights.stable >= 0, weights.canary >= 0, weights.sum > 0, weights.sum <= Int(Int32.max) else {
            throw RouteError(.unsupported, "weights \(weights.stable) and \(weights.canary) are not valid")
        }
        let edit = WeightEdit(located: located, weights: weights)
        try edit.checkPath()
        let change = try edit.plan()
        let bytes = TextEdit.apply(change.edits, to: located.document.source.bytes)
        let edited = String(decoding: bytes, as: UTF8.self)
        try EditProof.check(
            edited,
            expected: change.expected,
            weights: weights,
            selection: located.selection,
            hint: change.manual
        )
        return edited
    }
}
