import CanaryCore
import CanaryTelemetry
import Testing

@Suite("Judge and rollout together")
struct LoopTests {
    /// A service of 300 requests a second whose canary fails `canaryErrors` of its requests.
    private struct Service {
        var random: SeededGenerator
        var stableErrors = 0.005
        var canaryErrors = 0.005
        /// The share the canary really gets; nil follows the weight.
        var realShare: Double?

        mutating func window(percent: Double) -> Window {
            let share = realShare ?? percent / 100
            var canary = 0
            for _ in 0..<1500 where chance(share) { canary += 1 }
            return Window(
                seconds: 5,
                stable: pods("s", 8, requests: 1500 - canary, errors: stableErrors),
                canary: canary > 0 ? pods("c", 2, requests: canary, errors: canaryErrors) : []
            )
        }

        private mutating func pods(_ name: String, _ count: Int, requests: Int, errors: Double) -> [PodWindow] {
            var total = [Int](repeating: 0, count: count)
            var failed = total
            var latency = [[Int]](repeating: [Int](repeating: 0, count: LatencyBounds.istio.bucketCount), count: count)
            for _ in 0..<requests {
                let pod = Int(random.next() % UInt64(count))
                total[pod] += 1
                if chance(errors) { failed[pod] += 1 } else { latency[pod][3 + Int(random.next() % 4)] += 1 }
            }
            return (0..<count).map { pod in
                PodWindow(
                    pod: "\(name)-\(pod)",
                    requests: [
                        ResponseCount(key: ResponseKey("200"), count: total[pod] - failed[pod]),
                        ResponseCount(key: ResponseKey("503"), count: failed[pod]),
                    ],
                    latency: latency[pod]
                )
            }
        }

        private mutating func chance(_ probability: Double) -> Bool {
            Double(random.next() >> 11) * 0x1p-53 < probability
        }
    }

    /// The outcome, and the largest weight that was written.
    private func play(_ service: Service, hours: Int = 2) -> (outcome: Outcome?, largest: Double) {
        var service = service
        var spec = CanarySpec.sample()
        spec.pace = Pace()
        var bench = Bench(pace: spec.pace)
        var judge = Judge(rules: JudgeRules(spec))
        var largest = 0.0
        bench.read(canary: 0)
        for _ in 0..<(hours * 720) where bench.outcome == nil {
            let percent = bench.rollout.route?.weights.canaryPercent ?? 0
            largest = max(largest, percent)
            let window = service.window(percent: percent)
            let verdict = judge.judge(window, in: bench.rollout.judgingContext)
            let actions = bench.send(.judged(Rollout.WindowSummary(window), verdict), after: 5)
            for plan in actions.plans { bench.applied(canary: Int(plan.canaryPercent)) }
        }
        return (bench.outcome, largest)
    }

    @Test("an equal canary is promoted", arguments: [1, 2] as [UInt64])
    func equal(seed: UInt64) {
        let end = play(Service(random: SeededGenerator(seed: seed)))

        #expect(end.outcome?.qualifiedWord == "promoted", "seed \(seed)")
    }

    @Test("a canary that fails five points more is rolled back at the first step", arguments: [1, 2, 3] as [UInt64])
    func errors(seed: UInt64) {
        let end = play(Service(random: SeededGenerator(seed: seed), canaryErrors: 0.055))

        #expect(end.outcome?.qualifiedWord == "rolledBack", "seed \(seed)")
        #expect(end.largest == 5, "seed \(seed)")
    }

    @Test("an outage that both versions share is not the canary's fault")
    func sharedOutage() {
        let end = play(Service(random: SeededGenerator(seed: 4), stableErrors: 0.3, canaryErrors: 0.3))

        #expect(end.outcome?.word != "rolledBack")
    }

    @Test("a weight without effect is held, never promoted")
    func noEffect() {
        let end = play(Service(random: SeededGenerator(seed: 5), realShare: 0.3))

        #expect(end.outcome?.qualifiedWord == "held(weightNotEffective)")
        #expect(end.largest == 5)
    }
}
