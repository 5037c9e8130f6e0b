/// Promotions that Git does not agree with yet.
extension ReleaseMemory {
    /// A promotion that waits for Git.
    package struct Unsettled: Sendable, Hashable {
        package var run: String
        package var roles: Roles
        /// What Git has to declare.
        package var plan: WeightPlan
        /// Why the release was promoted.
        package var reason: Reason
        /// What is still to be done.
        package var rest: Reason
    }

    /// The last run, if it was promoted and Git does not agree yet.
    package var unsettled: Unsettled? {
        guard let last, case .promoted(let reason, unsettled: let rest?) = last.outcome else { return nil }
        let left = left.map { last.roles == .asNamed ? $0 : $0.swapped }
        return Unsettled(
            run: last.id,
            roles: last.roles,
            plan: WeightPlan(canaryPercent: left.map(\.canaryPercent) ?? 100, purpose: .promotion),
            reason: reason,
            rest: rest
        )
    }

    /// Why the weights of a promotion that Git did not agree with are not in force any more: whoever applies Git applied the old
    /// ones. Nil if they are, or somebody chose others.
    ///
    /// - Parameter weights: as found, by the spec's names.
    package func putBack(_ weights: RouteWeights) -> Reason? {
        guard let unsettled, weights.sum > 0 else { return nil }
        let found = unsettled.roles == .asNamed ? weights : weights.swapped
        guard found.canary == 0, unsettled.plan.canaryPercent > 0 else { return nil }
        let text =
            "the weights of before are in force again (\(weights.stable)/\(weights.canary)), although the run \(unsettled.run) was promoted: "
            + "Git still declares them, and was applied. \(unsettled.rest.text)"
        return Reason("put-back", text)
    }

    /// The memory with what Git says now about the run; nil if it is about another one, or says nothing new.
    ///
    /// - Parameter rest: what is still to be done; nil if Git agrees.
    package func settling(_ run: String, _ rest: Reason?) -> ReleaseMemory? {
        guard let unsettled, unsettled.run == run, rest != unsettled.rest else { return nil }
        var memory = self
        memory.last?.outcome = .promoted(unsettled.reason, unsettled: rest)
        return memory
    }
}
