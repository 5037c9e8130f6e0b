import CanaryCore
import Foundation
import Testing

@Suite("The laws of the rollout, over random input sequences")
struct RolloutLawTests {
    /// `HALDANE_TEST_SEED` plays one seed alone.
    private static let seeds: Range<UInt64> = {
        let chosen = ProcessInfo.processInfo.environment["HALDANE_TEST_SEED"].flatMap { UInt64($0) }
        return chosen.map { $0..<($0 &+ 1) } ?? 1..<100_001
    }()

    @Test("no input sequence breaks a law or traps")
    func laws() {
        var outcomes: [String: Int] = [:]
        var broken: [String] = []
        for seed in Self.seeds where broken.count < 5 {
            var run = RandomRun(seed: seed)
            run.play(length: 60)
            broken += run.broken
            outcomes[run.rollout.outcome?.qualifiedWord ?? run.rollout.phase.word, default: 0] += 1
        }

        #expect(broken.isEmpty, "\(broken.joined(separator: "\n"))")
        if Self.seeds.count > 1 {
            // The generator is worth nothing if it does not get around.
            for word in [
                "promoted", "rolledBack", "rolledBack(incomplete)", "held(contested)", "held(deadline)", "stopped",
            ] {
                #expect(outcomes[word, default: 0] > 20, "\(word) in \(outcomes)")
            }
        }
    }

    @Test("the same inputs give the same state, also when the state was written down and read in the middle")
    func determinism() throws {
        let encoder = JSONEncoder()
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "i",
            negativeInfinity: "-i",
            nan: "n"
        )
        let decoder = JSONDecoder()
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "i",
            negativeInfinity: "-i",
            nan: "n"
        )

        for seed in Self.seeds.prefix(1500) {
            var run = RandomRun(seed: seed)
            let start = run.rollout
            run.play(length: 60)
            var again = start
            for (index, (input, now)) in run.inputs.enumerated() {
                if index == run.inputs.count / 2 {
                    again = try decoder.decode(Rollout.self, from: encoder.encode(again))
                }
                _ = again.handle(input, at: now)
            }

            #expect(again == run.rollout, "seed \(seed)")
        }
    }

    @Test("every run ends while windows come and the store answers")
    func liveness() {
        var stuck: [String] = []
        for seed in Self.seeds.prefix(4000) where stuck.count < 5 {
            var run = SteadyRun(seed: seed)
            if let state = run.playToEnd() { stuck.append("seed \(seed): \(state)") }
        }

        #expect(stuck.isEmpty, "\(stuck.joined(separator: "\n"))")
    }
}
