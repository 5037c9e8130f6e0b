import CanaryCore
import Testing

/// Laws of releases over random histories.
struct ReleaseLawsTests {
    @Test("fifty releases alternate between the slots without the spec being touched")
    func alternation() {
        var lab = ReleaseLab()
        _ = lab.settle()
        var begun: [Roles] = []
        for number in 2...51 {
            let idle: ReleaseMemory.Slot = lab.weights.canary == 0 ? .canary : .stable
            lab.deploy("r\(number)", to: idle)
            guard case .begin(let roles, let release) = lab.settle() else {
                Issue.record("release \(number): \(lab.decision)")
                return
            }
            #expect(release.canary == ["r\(number)"])
            begun.append(roles)
            lab.end(roles, release, ReleaseLab.promoted, percent: 100)
            guard case .idle = lab.settle() else {
                Issue.record("after release \(number): \(lab.decision)")
                return
            }
        }
        #expect(begun == (0..<50).map { $0 % 2 == 0 ? .asNamed : .exchanged })
    }

    /// What happens to a canary in the random histories.
    private enum Event: CaseIterable {
        case deploy
        case deployOld
        case deployInPlace
        case scaleDown
        case scaleUp
        case halfReady
        case ready
        case forget
    }

    @Test(
        "a release is begun at most once without a retry, for each stable version that changed under it, and a new ready one always",
        arguments: 0..<60
    )
    func atMostOnce(seed: UInt64) {
        var random = ReleaseRandom(state: seed)
        var lab = ReleaseLab()
        _ = lab.settle()
        var next = 0
        var refused: Set<String> = []
        var dropped: Set<Rollout.Release> = []
        var fresh: String?
        var parked: Population.Side?
        for _ in 0..<200 {
            let idle: ReleaseMemory.Slot = lab.weights.canary == 0 ? .canary : .stable
            switch Event.allCases.randomElement(using: &random) ?? .ready {
            case .deploy:
                next += 1
                fresh = "n\(next)"
                lab.deploy("n\(next)", to: idle)
            case .deployOld:
                guard let old = refused.sorted().randomElement(using: &random) else { continue }
                fresh = nil
                lab.deploy(old, to: idle)
            case .deployInPlace:
                next += 1
                lab.deploy("n\(next)", to: idle == .canary ? .stable : .canary)
            case .scaleDown:
                parked = idle == .canary ? lab.canary : lab.stable
                set(Population.Side(ready: 0, total: 0), idle, &lab)
            case .scaleUp:
                guard let parked, (idle == .canary ? lab.canary : lab.stable).total == 0 else { continue }
                set(parked, idle, &lab)
            case .halfReady:
                var side = idle == .canary ? lab.canary : lab.stable
                side.ready = side.total / 2
                set(side, idle, &lab)
            case .ready:
                var side = idle == .canary ? lab.canary : lab.stable
                side.ready = side.total
                set(side, idle, &lab)
            case .forget:
                // The agent is another process now, and has what was kept.
                lab.memory = (try? JSONRoundTrip.of(lab.memory)) ?? lab.memory
            }
            let side = idle == .canary ? lab.canary : lab.stable
            let isFresh = fresh.map { side.hashes == [$0] && side.ready == side.total && side.total > 0 } ?? false
            guard case .begin(let roles, let release) = lab.settle() else {
                #expect(!isFresh, "seed \(seed): \(side) is new and ready, and not begun: \(lab.decision)")
                continue
            }
            for hash in release.canary {
                #expect(!refused.contains(hash), "seed \(seed): \(hash) is begun again")
            }
            #expect(!dropped.contains(release), "seed \(seed): \(release) is begun again")
            fresh = nil
            switch Int.random(in: 0...2, using: &random) {
            case 0:
                lab.end(roles, release, ReleaseLab.promoted, percent: 100)
                parked = nil
            case 1:
                refused.formUnion(release.canary)
                lab.end(roles, release, ReleaseLab.rolledBack, percent: 0)
            default:
                dropped.insert(release)
                lab.end(roles, release, ReleaseLab.changed, percent: 0)
            }
            if case .begin = lab.settle() { Issue.record("seed \(seed): begun again after its end") }
        }
        #expect((lab.memory.tried ?? []).count <= 32)
    }

    @Test("no input traps, whatever the weights and the memory are", arguments: 0..<20)
    func odd(seed: UInt64) {
        var random = ReleaseRandom(state: seed)
        let numbers = [Int.min, -1, 0, 1, 50, 100, Int.max]
        for _ in 0..<200 {
            let weights = RouteWeights(
                stable: numbers.randomElement(using: &random) ?? 0,
                canary: numbers.randomElement(using: &random) ?? 0
            )
            func side() -> Population.Side {
                Population.Side(
                    ready: numbers.randomElement(using: &random) ?? 0,
                    total: numbers.randomElement(using: &random) ?? 0,
                    hashes: Array(
                        ["x", "y", ""].shuffled(using: &random).prefix(Int.random(in: 0...3, using: &random))
                    )
                )
            }
            var lab = ReleaseLab(weights: weights)
            lab.stable = side()
            lab.canary = side()
            if case .begin(let roles, let release) = lab.settle() {
                lab.end(roles, release, ReleaseLab.held, percent: 40)
            }
            _ = lab.memory.forgetting(population: lab.population, weights: weights)
            _ = lab.settle()
        }
    }

    private func set(_ side: Population.Side, _ slot: ReleaseMemory.Slot, _ lab: inout ReleaseLab) {
        switch slot {
        case .stable: lab.stable = side
        case .canary: lab.canary = side
        }
    }
}
