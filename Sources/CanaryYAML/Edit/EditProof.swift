import CanaryCore

/// The proof that an edit did what was meant and nothing else.
enum EditProof {
    /// Composes the edited text and compares it with the tree that was planned, then reads the weights again.
    static func check(
        _ edited: String,
        expected: YAMLNode,
        weights: RouteWeights,
        selection: RouteSelection,
        hint: String?
    ) throws(RouteError) {
        let document: RouteDocument
        do {
            document = try RouteDocument(text: edited)
        } catch {
            throw failure(error.cause.map { "\(error.message): \($0)" } ?? error.message, hint)
        }
        let outcome = YAMLNode.stream(document.documents)
        guard outcome.items?.count == expected.items?.count,
            zip(outcome.items ?? [], expected.items ?? []).allSatisfy({ $0.isSame(as: $1) })
        else {
            throw failure("more than the weights would differ", hint)
        }
        let located = try LocatedRule(object: try document.object(selection), selection: selection)
        guard located.weights == weights, located.stable?.weight == weights.stable,
            located.canary?.weight == weights.canary
        else {
            throw failure("the weights would read \(located.weights.stable) and \(located.weights.canary)", hint)
        }
    }

    private static func failure(_ cause: String, _ hint: String?) -> RouteError {
        RouteError(
            .unproven,
            "an edit of this file cannot be proved to change only the weights",
            cause: cause,
            hint: hint ?? "edit the weights by hand"
        )
    }
}
