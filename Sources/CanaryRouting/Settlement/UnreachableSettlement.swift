package import CanaryCore

/// A declaration that cannot be reached from here: the commit is left to a person.
package struct UnreachableSettlement: RouteSettlement {
    private let why: String

    /// - Parameter why: as in "the file routes.yaml was on the machine that began the run".
    package init(why: String) {
        self.why = why
    }

    package func settle(_ plan: WeightPlan) async -> Reason? { .unsettled("\(why); commit the weights by hand") }

    package func unsettled(_ plan: WeightPlan) async -> Reason? { await settle(plan) }
}
