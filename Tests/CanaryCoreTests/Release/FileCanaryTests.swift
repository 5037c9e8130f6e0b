import CanaryCore
import Testing

@Suite("Releases of a canary from a file")
struct FileCanaryTests {
    private static let watch = ReleaseWatch(ReleaseLab.spec, isObject: false)

    /// What is said of a release that was rolled back.
    private static func words(workload: String?) throws -> String {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.canary = Population.Side(ready: 3, total: 3, hashes: ["b1"], workload: workload)
        lab.end(.asNamed, try #require(Rollout.Release(lab.population)), ReleaseLab.rolledBack, percent: 0)
        let decision = watch.decide(population: lab.population, weights: lab.weights, memory: lab.memory)
        return decision.reason?.text ?? ""
    }

    @Test("what reaches only objects is not advised: another revision of the same is tried")
    func restart() throws {
        let words = try Self.words(workload: "deployment/reviews-v2")
        #expect(words.contains("without `kubectl -n shop rollout restart deployment/reviews-v2`"), "\(words)")
        #expect(!words.contains("haldane retry"), "\(words)")
    }

    @Test("where nothing can be restarted it is said what makes a revision", arguments: ["rollout/reviews", nil])
    func others(workload: String?) throws {
        let words = try Self.words(workload: workload)
        let advice = "without a new revision of it, which any change of its pods' template makes"
        #expect(words.contains(advice), "\(words)")
    }

    @Test("weights that no run explains are set right by hand")
    func unexplained() {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.canary = Population.Side(ready: 3, total: 3, hashes: ["b1"])
        lab.weights = RouteWeights(stable: 60, canary: 40)
        let decision = Self.watch.decide(population: lab.population, weights: lab.weights, memory: lab.memory)
        #expect(decision.reason?.label == "unexplained-weights")
        #expect(decision.reason?.text.contains("haldane") == false, "\(decision)")
    }
}
