import CanaryCore

extension LocatedRule {
    /// The weights in force: beside a partner an absent one is what the kind says, and a lone destination gets everything.
    var weights: RouteWeights {
        switch (stable, canary) {
        case (.some(let stable), .some(let canary)):
            RouteWeights(
                stable: stable.weight ?? rule.grammar.absentWeight,
                canary: canary.weight ?? rule.grammar.absentWeight
            )
        case (.none, .some): RouteWeights(stable: 0, canary: 100)
        default: RouteWeights(stable: 100, canary: 0)
        }
    }

    /// Weights that give the canary this share in percent: of the sum found, else of 100, else of as much more as decimals
    /// need.
    func weights(canaryPercent: Double) throws(RouteError) -> RouteWeights {
        let isPair = stable != nil && canary != nil
        for sum in (isPair ? [weights.sum] : []) + [100, 1000, 10_000] where sum > 0 {
            guard let planned = RouteWeights(canaryPercent: canaryPercent, sum: sum), rule.grammar.allows(planned)
            else {
                continue
            }
            return planned
        }
        throw RouteError(.unsupported, "weights cannot express \(canaryPercent)% for the canary")
    }

    /// Refuses weights that the kind's API would refuse, or that send nothing anywhere.
    func check(_ weights: RouteWeights) throws(RouteError) {
        guard rule.grammar.allows(weights) else {
            throw RouteError(.unsupported, "weights \(weights.stable) and \(weights.canary) are not valid")
        }
    }

    /// Refuses if the destination to be added is not named.
    func checkPartner(_ partner: DestinationSpec, of lone: RouteDestination) throws(RouteError) {
        let isNamed = partner.host != nil || (rule.grammar.isVirtualService && partner.subset != nil)
        guard isNamed else {
            throw RouteError(
                .unsupported,
                "\(place) cannot be edited: the rule has the one destination \(lone.label), and the spec does not name the other",
                hint: rule.grammar.isVirtualService
                    ? "name host or subset in route.stable and route.canary"
                    : "name the Services in route.stable: { host: NAME } and route.canary: { host: NAME }"
            )
        }
    }
}
