import CanaryStatistics
import Testing

@Suite struct CustomOddInputTests {
    private static let odd: [Double] = [
        .nan, .infinity, -.infinity, -1, -.leastNonzeroMagnitude, 1e18, 1e300, .greatestFiniteMagnitude, 0x1p53 * 2,
    ]

    @Test("numbers that cannot be counts or levels are no evidence", arguments: odd)
    func impossible(number: Double) {
        let kinds: [(CustomReading.Kind, [Double], (Double) -> CustomValue)] = [
            (.ratio, [], { .ratio(EventCount(x: $0, n: 100)) }),
            (.ratio, [], { .ratio(EventCount(x: 1, n: $0)) }),
            (.histogram, [1, 2], { .buckets([10, 10, $0]) }),
            (.gauge, [], { .level(mean: 1, samples: $0) }),
            (.gauge, [], { .level(mean: $0.magnitude < 2 ? .nan : $0 * 1e290, samples: 1) }),
        ]
        for (kind, bounds, make) in kinds {
            for isHigherBetter in [false, true] {
                var engine = CustomEngine(tolerance: 0)
                for window in 0..<40 {
                    let bad = make(number)
                    let good: CustomValue =
                        switch kind {
                        case .ratio: .ratio(EventCount(x: 1, n: 100))
                        case .histogram: .buckets([90, 9, 1])
                        case .gauge: .level(mean: 1, samples: 1)
                        }
                    let reading = CustomReading(
                        kind: kind,
                        isHigherBetter: isHigherBetter,
                        bounds: bounds,
                        stable: window % 2 == 0 ? good : bad,
                        canary: window % 3 == 0 ? good : bad
                    )
                    // Windows with two good sides would be ordinary evidence.
                    guard window % 6 != 0 else { continue }
                    let result = engine.judge(reading, seconds: 60, isFirst: window == 1)
                    #expect(result.logE.magnitude < 1e-9)
                    #expect(!result.metrics[0].hasData)
                }
            }
        }
    }

    @Test("never traps on odd input, and never says anything that is not a number", arguments: Array(200..<240))
    func random(seed: UInt64) {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let numbers = Self.odd + [0, 1, 3, 200, 1e6, 0.5, -0.0, 0x1p53, .leastNonzeroMagnitude]
        func number() -> Double { numbers.randomElement(using: &generator) ?? 0 }
        func value() -> CustomValue? {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: nil
            case 1: .ratio(EventCount(x: number(), n: number()))
            case 2: .buckets((0..<Int.random(in: 0...5, using: &generator)).map { _ in number() })
            default: .level(mean: number(), samples: number())
            }
        }
        func reading() -> CustomReading? {
            guard Int.random(in: 0..<5, using: &generator) > 0 else { return nil }
            let bounds: [[Double]] = [[], [1], [1, 2, 3], [3, 2, 1], [.nan, 1], [-2, 0, 7, 8], [1, .infinity]]
            return CustomReading(
                kind: [.ratio, .histogram, .gauge].randomElement(using: &generator) ?? .ratio,
                isHigherBetter: Bool.random(using: &generator),
                bounds: bounds.randomElement(using: &generator) ?? [],
                stable: value(),
                canary: value()
            )
        }
        var engine = CustomEngine(
            objectives: (0..<Int.random(in: 0...4, using: &generator)).map {
                CustomObjective(name: "\($0)", tolerance: number())
            },
            falseRollback: 0.005,
            configuration: EngineConfiguration(),
            history: (0..<Int.random(in: 0...30, using: &generator)).map { _ in
                CustomWindow(seconds: number(), readings: [reading(), reading()])
            }
        )
        for _ in 0..<80 {
            let result = engine.judge(
                CustomWindow(
                    seconds: number(),
                    isFirstAfterWeightChange: Bool.random(using: &generator),
                    isWarming: Bool.random(using: &generator),
                    readings: (0..<Int.random(in: 0...5, using: &generator)).map { _ in reading() }
                )
            )
            #expect(!result.logE.isNaN && !result.top.isNaN)
            for metric in result.metrics {
                #expect(!metric.logE.isNaN)
                if case .gauge(let level) = metric.detail {
                    #expect(level.stableMean?.isFinite != false && level.canaryMean?.isFinite != false)
                }
            }
        }
    }

    @Test("the same windows give the same bits")
    func deterministic() {
        func play() -> [CustomResult] {
            var traffic = CustomTraffic(seed: 21)
            let history = (0..<60).map { _ in Optional(traffic.ratio(stable: 0.02, canary: 0)) }
            var engine = CustomEngine(tolerance: 0.001, history: history)
            return (0..<100).map { engine.judge(traffic.ratio(stable: 0.02, canary: 0.03), isFirst: $0 == 0) }
        }

        #expect(play() == play())
    }
}
