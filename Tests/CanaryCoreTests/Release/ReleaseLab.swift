import CanaryCore

/// One canary's cluster in a test: two slots, a route, and what the agent remembers.
struct ReleaseLab {
    var memory = ReleaseMemory()
    var weights = RouteWeights(stable: 100, canary: 0)
    var stable = Population.Side(ready: 3, total: 3, hashes: ["a1"], workload: "deployment/reviews-v1")
    var canary = Population.Side(ready: 0, total: 0)
    var now = Timestamp(milliseconds: 1_780_000_000_000)
    private(set) var runs = 0

    static let spec = CanarySpec(
        name: "reviews",
        namespace: "shop",
        route: RouteSpec(
            object: "reviews",
            stable: DestinationSpec(subset: "v1"),
            canary: DestinationSpec(subset: "v2")
        ),
        telemetry: TelemetrySpec()
    )

    let watch = ReleaseWatch(ReleaseLab.spec)

    var population: Population { Population(stable: stable, canary: canary, namespace: "shop") }

    var decision: ReleaseDecision { watch.decide(population: population, weights: weights, memory: memory) }

    /// Decides until nothing is left to adopt.
    mutating func settle() -> ReleaseDecision {
        for _ in 0..<4 {
            guard case .adopt(let after, _) = decision else { break }
            memory = after
        }
        return decision
    }

    /// A deployment of one slot, complete.
    mutating func deploy(_ hash: String, to slot: ReleaseMemory.Slot) {
        let side = Population.Side(ready: 3, total: 3, hashes: [hash], workload: "deployment/reviews")
        switch slot {
        case .stable: stable = side
        case .canary: canary = side
        }
    }

    /// Ends a run that was begun; the weights are left at the canary's share.
    mutating func end(_ roles: Roles, _ release: Rollout.Release, _ outcome: Outcome, percent: Int) {
        runs += 1
        let header = RunHeader(
            version: "0",
            run: "run-\(runs)",
            startedAt: now,
            spec: Self.spec,
            roles: roles,
            place: "VirtualService shop/reviews",
            release: release
        )
        now = now.advanced(by: .seconds(600))
        let left = RouteWeights(stable: 100 - percent, canary: percent)
        weights = roles == .asNamed ? left : left.swapped
        memory = memory.noting(outcome, header: header, left: left, at: now)
    }

    static let promoted = Outcome.promoted(Reason("baked", "baked for 10 min"))
    static let rolledBack = Outcome.rolledBack(Reason("errors", "errors 4 pp above stable"), .proved)
    static let changed = Outcome.rolledBack(Reason(Reason.releaseChangedLabel, "replaced"), .proved)
    static let held = Outcome.held(.deadline, Reason("deadline", "no answer in 30 min"))
}

/// SplitMix64.
struct ReleaseRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var z = state
        z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
        z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
        return z ^ (z >> 31)
    }
}
