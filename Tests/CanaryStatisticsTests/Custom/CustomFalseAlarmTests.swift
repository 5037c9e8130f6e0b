import CanaryStatistics
import Testing

/// The chance of ever rolling back while the null hypothesis holds, over seeded rollouts.
@Suite struct CustomFalseAlarmTests {
    private static let alpha = 0.05
    private static let bounds: [Double] = [0.1, 0.5, 1, 5]
    private static let shares: [Double] = [0.3, 0.4, 0.2, 0.08, 0.02]

    /// The share of rollouts of 200 windows that are rolled back, each after 120 windows of history.
    private func alarms(
        runs: Int,
        seed: UInt64,
        tolerance: Double,
        seconds: Double = 5,
        _ reading: (inout CustomTraffic, Int) -> CustomReading
    ) -> Double {
        var alarms = 0
        for run in 0..<runs {
            var traffic = CustomTraffic(seed: seed &+ UInt64(run))
            let history = (0..<120).map { reading(&traffic, $0) }
            var engine = CustomEngine(tolerance: tolerance, alpha: Self.alpha, history: history)
            for window in 0..<200 {
                let result = engine.judge(reading(&traffic, window), seconds: seconds, isFirst: window % 60 == 0)
                guard result.isProved else { continue }
                alarms += 1
                break
            }
        }
        return Double(alarms) / Double(runs)
    }

    @Test("a ratio on the edge of its margin is seldom called worse, however stable moves", arguments: [11_000])
    func ratio(seed: UInt64) {
        print("seeds from \(seed)")
        let share = alarms(runs: 120, seed: seed, tolerance: 0.01) { traffic, window in
            // A shared incident every now and then.
            let base = window % 50 < 10 ? 0.08 : 0.02
            return traffic.ratio(stable: base, canary: base + 0.01)
        }
        print("false alarms: \(share)")

        #expect(share <= Self.alpha)
    }

    @Test("an equal ratio of which more is better is seldom called worse", arguments: [13_000])
    func success(seed: UInt64) {
        print("seeds from \(seed)")
        let share = alarms(runs: 120, seed: seed, tolerance: 0) { traffic, _ in
            traffic.ratio(stable: 0.97, canary: 0.97, isHigherBetter: true)
        }
        print("false alarms: \(share)")

        #expect(share <= Self.alpha)
    }

    @Test("an equal histogram is seldom called worse", arguments: [14_000])
    func histogram(seed: UInt64) {
        print("seeds from \(seed)")
        let share = alarms(runs: 80, seed: seed, tolerance: 0) { traffic, _ in
            traffic.histogram(Self.bounds, stable: Self.shares, canary: Self.shares)
        }
        print("false alarms: \(share)")

        #expect(share <= Self.alpha)
    }

    @Test("a gauge on the edge of its margin is seldom called worse", arguments: [15_000])
    func gauge(seed: UInt64) {
        print("seeds from \(seed)")
        let share = alarms(runs: 200, seed: seed, tolerance: 0.1, seconds: 60) { traffic, _ in
            traffic.gauge(stable: 10, canary: 11)
        }
        print("false alarms: \(share)")

        #expect(share <= Self.alpha)
    }

    @Test("a gauge that keeps its level for minutes on each version is compared more seldom", arguments: [17_000])
    func persistence(seed: UInt64) {
        print("seeds from \(seed)")
        let (runs, minutes, correlation) = (150, 60, 0.7)
        var alarms = 0
        for run in 0..<runs {
            var generator = SeededGenerator(seed: seed &+ UInt64(run))
            var (stable, canary) = (0.0, 0.0)
            func reading() -> CustomReading {
                stable = correlation * stable + Double.random(in: -1...1, using: &generator)
                canary = correlation * canary + Double.random(in: -1...1, using: &generator)
                return .level(stable: 10 + stable, canary: 10 + canary)
            }
            for _ in 0..<20 { _ = reading() }
            let history = (0..<30).map { _ in Optional(reading()) }
            var engine = CustomEngine(tolerance: 0, alpha: Self.alpha, history: history, historySeconds: 60)
            let isAlarm = (0..<minutes).contains { minute in
                engine.judge(reading(), seconds: 60, isFirst: minute == 0).isProved
            }
            if isAlarm { alarms += 1 }
        }
        print("false alarms: \(Double(alarms) / Double(runs))")

        #expect(Double(alarms) <= Self.alpha * Double(runs))
    }

    @Test("clusters of events that stable shows too are no more alarming than single ones", arguments: [16_000])
    func clusters(seed: UInt64) {
        print("seeds from \(seed)")
        let share = alarms(runs: 120, seed: seed, tolerance: 0) { traffic, _ in
            // Each incident fails three requests in a row.
            let stable = traffic.count(0.01, of: 475)
            let canary = traffic.count(0.01, of: 25)
            return CustomReading(
                kind: .ratio,
                isHigherBetter: false,
                stable: .ratio(EventCount(x: 3 * stable.x, n: 475)),
                canary: .ratio(EventCount(x: 3 * canary.x, n: 25))
            )
        }
        print("false alarms: \(share)")

        #expect(share <= Self.alpha)
    }

    @Test("the mean evidence of a fair gauge is exactly one, over all sequences of twelve minutes")
    func fairGauge() {
        var mean = 0.0
        for sequence in 0..<4096 {
            var engine = CustomEngine(tolerance: 0)
            var logE = 0.0
            for minute in 0..<12 {
                let canary = sequence >> minute & 1 == 1 ? 2.0 : 0.5
                logE = engine.judge(.level(stable: 1, canary: canary), seconds: 60, isFirst: minute % 4 == 0).logE
            }
            mean += Elementary.exp(logE) / 4096
        }

        #expect((mean - 1).magnitude < 1e-9)
    }

    @Test("changes of weight in the middle of a bad minute do not raise the mean evidence of a fair gauge above one")
    func opportunism() {
        var mean = 0.0
        for sequence in 0..<4096 {
            var engine = CustomEngine(tolerance: 0)
            var logE = 0.0
            var wasBad = false
            for window in 0..<12 {
                let isBad = sequence >> window & 1 == 1
                let change = window == 0 || (window % 3 == 1 && wasBad)
                logE = engine.judge(.level(stable: 0, canary: isBad ? 1 : -1), seconds: 20, isFirst: change).logE
                wasBad = isBad
            }
            mean += Elementary.exp(logE) / 4096
        }

        #expect(mean <= 1 + 1e-9)
    }
}

extension CustomReading {
    /// A gauge of one sample each.
    static func level(stable: Double, canary: Double, isHigherBetter: Bool = false) -> CustomReading {
        CustomReading(
            kind: .gauge,
            isHigherBetter: isHigherBetter,
            stable: .level(mean: stable, samples: 1),
            canary: .level(mean: canary, samples: 1)
        )
    }
}
