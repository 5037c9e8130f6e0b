package import CanaryCore

/// Rewrites the two weights of one rule in YAML text, and nothing else.
///
/// Weights that are there are replaced character by character, with their quotes. Absent weights, and the missing
/// partner of a lone destination, are inserted as whole lines with the neighbour's indentation. The outcome is
/// composed again and compared with the original; unless the two weights are the only difference it is not handed
/// out.
package enum RouteEditor {
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
        let document = try RouteDocument(text: text)
        let located = try LocatedRule(object: try document.object(selection), selection: selection)
        return try edit(document, located, to: try located.weights(canaryPercent: canaryPercent))
    }

    /// Writes exactly these weights.
    package static func edit(text: String, selection: RouteSelection, to weights: RouteWeights) throws(RouteError)
        -> String
    {
        let document = try RouteDocument(text: text)
        return try edit(
            document,
            try LocatedRule(object: try document.object(selection), selection: selection),
            to: weights
        )
    }

    /// The weights that `edit(text:selection:canaryPercent:)` would write.
    package static func weights(
        text: String,
        selection: RouteSelection,
        canaryPercent: Double
    ) throws(RouteError) -> RouteWeights {
        let object = try RouteDocument(text: text).object(selection)
        return try LocatedRule(object: object, selection: selection).weights(canaryPercent: canaryPercent)
    }

    private static func edit(_ document: RouteDocument, _ located: LocatedRule, to weights: RouteWeights)
        throws(RouteError) -> String
    {
        try located.check(weights)
        let edit = WeightEdit(document: document, located: located, weights: weights)
        try edit.checkPath()
        let change = try edit.plan()
        let bytes = TextEdit.apply(change.edits, to: document.source.bytes)
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
