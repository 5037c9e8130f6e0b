/// Where a route is declared, beside where it is in force: Git, for a route that is moved in the cluster.
package protocol RouteSettlement: Sendable {
    /// Declares the final weights; nil if the declaration agrees now, else what is still to be done. Ends within a minute.
    func settle(_ plan: WeightPlan) async -> Reason?

    /// Whether the declaration agrees by now: nil if it does, else what is still to be done. Writes nothing but what it fetches.
    func unsettled(_ plan: WeightPlan) async -> Reason?
}

extension Reason {
    /// The bounded word of an outcome that Git does not agree with yet.
    package static let unsettledLabel = "unsettled"

    /// Git does not agree with the cluster.
    ///
    /// - Parameter what: what is still to be done, or why it is not known.
    package static func unsettled(_ what: String) -> Reason {
        Reason(
            unsettledLabel,
            "the traffic has moved, and Git does not say so yet: \(what); until then whoever applies Git puts the old weights back"
        )
    }
}
