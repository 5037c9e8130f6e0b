package import CanaryCore

/// A route that lives in memory, with faults on demand.
package actor InMemoryRouteStore: RouteStore {
    /// What happens to one call of `apply`.
    package enum Fault: Sendable {
        /// Nothing is written.
        case refuse(RouteError)
        /// The write is done, and its answer is lost.
        case writeAndFail(RouteError)
        /// Somebody else writes these weights first.
        case otherWriter(RouteWeights)
    }

    private var weights: RouteWeights?
    private var revision = 1
    private var faults: [Fault] = []
    private var lastingFault: RouteError?
    private let willApply: @Sendable (WeightPlan) async -> Void

    /// Plans that were asked for, in order, done or not.
    package private(set) var asked: [WeightPlan] = []
    /// Weights after each write that was done.
    package private(set) var written: [RouteWeights] = []

    /// - Parameter willApply: called at the beginning of each `apply`.
    package init(
        _ weights: RouteWeights,
        willApply: @escaping @Sendable (WeightPlan) async -> Void = { _ in }
    ) {
        self.weights = weights
        self.willApply = willApply
    }

    /// The weights now; nil if the route is gone.
    package var present: RouteWeights? { weights }

    /// The next calls of `apply` fail like this, one each.
    package func fail(_ faults: [Fault]) { self.faults += faults }

    /// Everything fails like this until told otherwise.
    package func failAll(_ error: RouteError?) { lastingFault = error }

    /// Another writer.
    package func interfere(_ weights: RouteWeights) {
        self.weights = weights
        revision += 1
    }

    package func remove() { weights = nil }

    package func read() async throws(RouteError) -> RouteSnapshot {
        if let lastingFault { throw lastingFault }
        return try snapshot()
    }

    package func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot
    {
        asked.append(plan)
        await willApply(plan)
        if let lastingFault { throw lastingFault }
        let fault = faults.isEmpty ? nil : faults.removeFirst()
        if case .refuse(let error) = fault { throw error }
        if case .otherWriter(let weights) = fault { interfere(weights) }
        let found = try snapshot()
        guard found.revision == revision else {
            throw RouteError(.conflict, "the route was changed by someone else", disposition: .retry)
        }
        guard
            let planned = RouteWeights(canaryPercent: plan.canaryPercent, sum: found.weights.sum)
                ?? RouteWeights(canaryPercent: plan.canaryPercent, sum: 100)
        else {
            throw RouteError(.unsupported, "weights cannot express \(plan.canaryPercent)%")
        }
        if planned != found.weights {
            interfere(planned)
            written.append(planned)
        }
        if case .writeAndFail(let error) = fault { throw error }
        return try snapshot()
    }

    private func snapshot() throws(RouteError) -> RouteSnapshot {
        guard let weights else { throw RouteError(.missing, "the route does not exist", disposition: .stop) }
        return RouteSnapshot(revision: RouteRevision("r\(revision)"), weights: weights, place: "memory")
    }
}
