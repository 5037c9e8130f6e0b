import CanaryStatistics
import Testing

@Suite struct CanaryEngineOddInputTests {
    @Test("never traps on odd input, and never says anything that is not a number", arguments: Array(100..<140))
    func odd(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let numbers: [Double] = [0, 1, 3, 200, 1e6, 1e18, 1e300, -5, .nan, .infinity, -.infinity, 0.5]
        let allBounds: [[Double]] = [
            [], [1], [5, 10, 25, 50], [3, 2, 1], [.nan, 1], [0, 0], [-1, 0, 10], [1, .infinity],
        ]
        let bounds = allBounds.randomElement(using: &generator) ?? []
        func number() -> Double { numbers.randomElement(using: &generator) ?? 0 }
        func pods(_ prefix: String) -> [PodCounts] {
            (0..<Int.random(in: 0...4, using: &generator)).map { index in
                PodCounts(
                    name: "\(prefix)\(Int.random(in: 0...index, using: &generator))",
                    requests: number(),
                    failures: number(),
                    latency: Bool.random(using: &generator)
                        ? []
                        : (0..<Int.random(in: 0...6, using: &generator)).map { _ in number() },
                    isWarming: Int.random(in: 0..<4, using: &generator) == 0
                )
            }
        }
        func window() -> WindowCounts { WindowCounts(seconds: number(), stable: pods("s"), canary: pods("c")) }
        var configuration = EngineConfiguration()
        configuration.isPerPod = Bool.random(using: &generator)
        configuration.steps =
            [[], [1], [0.5], [0, 0.1], [0.05, 0.1, 0.25, 0.5, 1]].randomElement(using: &generator) ?? []
        var engine = CanaryEngine(
            configuration: configuration,
            bounds: bounds,
            history: (0..<Int.random(in: 0...40, using: &generator)).map { _ in window() }
        )

        for index in 0..<60 {
            let result: EngineResult
            if index < 40 {
                result = engine.judge(
                    window(),
                    in: WindowContext(
                        step: Int.random(in: -3...9, using: &generator),
                        isFirstAfterWeightChange: Bool.random(using: &generator),
                        countsForPromotion: Bool.random(using: &generator)
                    )
                )
            } else {
                result = engine.judgeBake(window(), isFirst: index == 40)
            }

            #expect(!result.logE.isNaN && !result.logD.isNaN && !result.top.isNaN && !result.load.isNaN)
            #expect(result.metrics.allSatisfy { !$0.logE.isNaN && !$0.penalty.isNaN && $0.phi1 >= 1 && $0.phi2 >= 1 })
            #expect(result.promotion.joined().allSatisfy { !$0.logN.isNaN })
            #expect(!result.unseenEpisodeShare.isNaN)
        }
    }
}
