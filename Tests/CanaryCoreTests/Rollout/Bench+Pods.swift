import CanaryCore

extension Bench {
    @discardableResult
    mutating func pods(stable: Int, canary: Int, canaryHash: String = "c1") -> [Rollout.Action] {
        send(.population(.sample(stable: stable, canary: canary, canaryHashes: [canaryHash])))
    }
}

extension Population {
    static func sample(stable: Int, canary: Int, canaryHashes: [String]) -> Population {
        Population(
            stable: Side(ready: stable, total: stable, hashes: ["s1"], workload: "deployment/v1"),
            canary: Side(
                ready: canary,
                total: canary,
                hashes: canary > 0 ? canaryHashes : [],
                workload: "deployment/v2"
            ),
            namespace: "test1"
        )
    }
}
