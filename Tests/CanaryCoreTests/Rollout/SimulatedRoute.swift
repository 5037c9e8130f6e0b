import CanaryCore

/// A route store as hostile as one may meet: conflicts, outages, lost answers, a second writer.
struct SimulatedRoute {
    var weights: RouteWeights
    var revision = 1
    /// Faults happen about once in this many calls; 0 turns them off.
    var faultRarity: UInt64

    var snapshot: RouteSnapshot {
        RouteSnapshot(revision: RouteRevision("\(revision)"), weights: weights, place: "route.yaml")
    }

    /// Somebody else writes: sometimes other weights, sometimes only the formatting.
    mutating func disturb(_ random: inout SeededGenerator) {
        revision += 1
        guard random.isOne(in: 3) else { return }
        let canary = Int(random.next() % 101)
        weights = RouteWeights(stable: 100 - canary, canary: canary)
    }

    mutating func read(_ random: inout SeededGenerator) -> Rollout.Input {
        if faultRarity > 0, random.isOne(in: faultRarity) {
            return .routeUnreadable(Reason("unreadable", "the file cannot be read"))
        }
        return .routeRead(snapshot)
    }

    mutating func apply(
        _ plan: WeightPlan,
        expecting expected: RouteRevision,
        _ random: inout SeededGenerator
    ) -> Rollout.Input {
        if faultRarity > 0, random.isOne(in: faultRarity) {
            // The write is done and the answer is lost, or it is not done at all.
            if random.isOne(in: 2), expected == snapshot.revision { write(plan) }
            return .refused(.unavailable(Reason("unwritable", "the server does not answer")))
        }
        if faultRarity > 0, random.isOne(in: faultRarity * 20) {
            return .refused(.impossible(Reason("unsupported", "the document has an alias")))
        }
        guard expected == snapshot.revision else {
            return .refused(.conflict(Reason("conflict", "the route changed")))
        }
        guard write(plan) else { return .refused(.impossible(Reason("unsupported", "the sum cannot represent it"))) }
        return .applied(snapshot)
    }

    @discardableResult
    private mutating func write(_ plan: WeightPlan) -> Bool {
        guard let wanted = RouteWeights(canaryPercent: plan.canaryPercent, sum: 1000) else { return false }
        if wanted != weights {
            weights = wanted
            revision += 1
        }
        return true
    }
}
