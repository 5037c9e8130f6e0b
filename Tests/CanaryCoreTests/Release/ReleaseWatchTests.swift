import CanaryCore
import Testing

struct ReleaseWatchTests {
    @Test("what is there at first sight is known, and tried only by a retry")
    func firstSight() throws {
        var lab = ReleaseLab()
        lab.deploy("b1", to: .canary)
        guard case .adopt(_, let reason) = lab.decision else {
            Issue.record("\(lab.decision)")
            return
        }

        let settled = lab.settle()
        let retried = lab.memory.forgetting(population: lab.population, weights: lab.weights)

        #expect(reason.text.contains("haldane retry reviews -n shop --reason WHY"))
        #expect(label(settled) == "idle known")
        guard case .again(let memory) = retried else {
            Issue.record("\(retried)")
            return
        }
        lab.memory = memory
        #expect(label(lab.decision) == "begin")
    }

    @Test("a new ready revision in the idle slot begins a run with the roles that the weights tell")
    func begins() throws {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("b2", to: .canary)

        #expect(lab.decision == .begin(.asNamed, Rollout.Release(lab.population)))

        lab = ReleaseLab(weights: RouteWeights(stable: 0, canary: 100))
        lab.deploy("b1", to: .canary)
        _ = lab.settle()
        lab.deploy("a2", to: .stable)

        #expect(lab.decision == .begin(.exchanged, Rollout.Release(lab.population, roles: .exchanged)))
    }

    @Test("news that are not ready, or in the middle of a Deployment's rollout, are waited for")
    func waits() {
        var lab = ReleaseLab()
        lab.deploy("b1", to: .canary)
        _ = lab.settle()

        lab.canary = Population.Side(ready: 2, total: 4, hashes: ["b1", "b2"], workload: "deployment/reviews-v2")
        #expect(label(lab.decision) == "waiting rolling-out")
        #expect(lab.decision.reason?.text.contains("rollout status deployment/reviews-v2") == true)

        lab.canary = Population.Side(ready: 2, total: 3, hashes: ["b2"])
        #expect(label(lab.decision) == "waiting not-ready")

        lab.canary = Population.Side(ready: 3, total: 3, hashes: ["b2"])
        lab.stable.ready = 0
        #expect(label(lab.decision) == "waiting stable-not-ready")

        lab.stable.ready = 3
        #expect(label(lab.decision) == "begin")
    }

    @Test("scaling a known revision to 0 and up again is no news")
    func scaling() {
        var lab = ReleaseLab()
        lab.deploy("b1", to: .canary)
        _ = lab.settle()

        lab.canary = Population.Side(ready: 0, total: 0)
        #expect(label(lab.settle()) == "idle slot-empty")
        lab.deploy("b1", to: .canary)
        #expect(label(lab.settle()) == "idle known")
    }

    @Test("a revision deployed in place under the traffic is noted, and said")
    func inPlace() {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("a2", to: .stable)

        guard case .adopt(let after, let reason) = lab.decision else {
            Issue.record("\(lab.decision)")
            return
        }
        #expect(reason.label == "deployed-in-place")
        #expect(after.stableSlot == ["a2"])
        #expect(label(lab.settle()) == "idle slot-empty")
    }

    @Test("weights between the slots that no run explains stop everything until a retry accepts them")
    func unexplained() {
        var lab = ReleaseLab(weights: RouteWeights(stable: 90, canary: 10))
        lab.deploy("b1", to: .canary)
        #expect(label(lab.settle()) == "blocked unexplained-weights")

        guard case .again(let memory) = lab.memory.forgetting(population: lab.population, weights: lab.weights) else {
            Issue.record("refused")
            return
        }
        lab.memory = memory
        #expect(label(lab.decision) == "begin")
    }

    @Test("a run that was held above half of the traffic has not made its canary stable")
    func heldAboveHalf() {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("b1", to: .canary)
        guard case .begin(let roles, let release) = lab.settle() else { return }
        lab.end(roles, release, ReleaseLab.held, percent: 75)

        #expect(label(lab.settle()) == "idle tried")
        guard case .again(let memory) = lab.memory.forgetting(population: lab.population, weights: lab.weights) else {
            Issue.record("refused")
            return
        }
        lab.memory = memory
        #expect(lab.decision == .begin(.asNamed, release))
    }

    @Test("unknown pods, routes and revisions block instead of guessing")
    func unknowns() {
        var lab = ReleaseLab()
        _ = lab.settle()
        #expect(
            label(lab.watch.decide(population: nil, weights: lab.weights, memory: lab.memory)) == "blocked pods-unknown"
        )
        #expect(
            label(lab.watch.decide(population: lab.population, weights: nil, memory: lab.memory))
                == "blocked route-unknown"
        )

        lab.canary = Population.Side(ready: 1, total: 1)
        #expect(label(lab.decision) == "blocked no-revision")
        lab.weights = RouteWeights(stable: 0, canary: 0)
        #expect(label(lab.decision) == "blocked no-weight")
    }

    @Test("a stable version that changes during a run drops the evidence, and the same canary is begun once more")
    func stableChanged() {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("b1", to: .canary)
        guard case .begin(let roles, let release) = lab.settle() else { return }
        lab.deploy("a2", to: .stable)
        lab.end(roles, release, ReleaseLab.changed, percent: 0)

        let again = lab.settle()

        #expect(again == .begin(.asNamed, Rollout.Release(lab.population)))
    }

    @Test("a refused run is begun again when the spec changed, not before")
    func refused() {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("b1", to: .canary)
        guard case .begin(let roles, let release) = lab.settle() else { return }
        lab.end(roles, release, .refused(Reason("owned", "owned by Flagger")), percent: 0)
        #expect(label(lab.settle()) == "idle tried")

        lab.memory = lab.memory.forgettingRefusal()

        #expect(label(lab.decision) == "begin")
    }

    @Test("a retry without anything to retry is refused with why")
    func nothingToRetry() {
        var lab = ReleaseLab()
        _ = lab.settle()
        func refusal(_ lab: ReleaseLab) -> String? {
            guard case .refused(let reason) = lab.memory.forgetting(population: lab.population, weights: lab.weights)
            else {
                return nil
            }
            return reason.label
        }

        #expect(refusal(lab) == "nothing-to-retry")
        lab.deploy("b1", to: .canary)
        #expect(refusal(lab) == "nothing-to-retry")
    }

    @Test("the memory survives its JSON, and that of an older program")
    func codable() throws {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("b1", to: .canary)
        guard case .begin(let roles, let release) = lab.settle() else { return }
        lab.end(roles, release, ReleaseLab.rolledBack, percent: 0)

        #expect(try JSONRoundTrip.of(lab.memory) == lab.memory)
        #expect(try JSONRoundTrip.decode(ReleaseMemory.self, "{}") == ReleaseMemory())
    }

    func label(_ decision: ReleaseDecision) -> String {
        switch decision {
        case .adopt(_, let reason): "adopt \(reason.label)"
        case .idle(let reason): "idle \(reason.label)"
        case .waiting(let reason): "waiting \(reason.label)"
        case .begin: "begin"
        case .blocked(let reason): "blocked \(reason.label)"
        }
    }
}
