import CanaryStatistics
import Testing

@Suite struct CustomEngineTests {
    private static let bounds: [Double] = [0.1, 0.5, 1, 5]
    private static let shares: [Double] = [0.3, 0.4, 0.2, 0.08, 0.02]

    /// The first window, from 1, in which the metric is proved worse; nil within the limit.
    private func detection(
        seed: UInt64 = 1,
        tolerance: Double,
        seconds: Double = 5,
        limit: Int = 200,
        history: (inout CustomTraffic) -> CustomReading?,
        _ reading: (inout CustomTraffic) -> CustomReading?
    ) -> Int? {
        print("seed \(seed)")
        var traffic = CustomTraffic(seed: seed)
        var engine = CustomEngine(tolerance: tolerance, alpha: 0.005, history: (0..<60).map { _ in history(&traffic) })
        return (1...limit).first { engine.judge(reading(&traffic), seconds: seconds, isFirst: $0 == 1).isProved }
    }

    @Test("a ratio that rises from 1 % to 6 % is called worse within two minutes")
    func ratio() throws {
        let window = try #require(
            detection(tolerance: 0.005) {
                $0.ratio(stable: 0.01, canary: 0)
            } _: {
                $0.ratio(stable: 0.01, canary: 0.06)
            }
        )

        print("windows: \(window)")
        #expect(window <= 24)
    }

    @Test("a success ratio that falls from 99 % to 94 % is called worse within two minutes, one that rises never")
    func success() throws {
        let window = try #require(
            detection(tolerance: 0.005) {
                $0.ratio(stable: 0.99, canary: 0, isHigherBetter: true)
            } _: {
                $0.ratio(stable: 0.99, canary: 0.94, isHigherBetter: true)
            }
        )
        let never = detection(tolerance: 0.005) {
            $0.ratio(stable: 0.9, canary: 0, isHigherBetter: true)
        } _: {
            $0.ratio(stable: 0.9, canary: 0.99, isHigherBetter: true)
        }

        print("windows: \(window)")
        #expect(window <= 24)
        #expect(never == nil)
    }

    @Test("a histogram that moves one bucket up is called worse, whichever way is better", arguments: [false, true])
    func histogram(isHigherBetter: Bool) throws {
        let shares = isHigherBetter ? Array(Self.shares.reversed()) : Self.shares
        let worse: [Double] = isHigherBetter ? Array(shares.dropFirst()) + [0] : [0] + Array(shares.dropLast())
        let window = try #require(
            detection(tolerance: 0.01) {
                $0.histogram(Self.bounds, stable: shares, canary: shares, isHigherBetter: isHigherBetter)
            } _: {
                $0.histogram(Self.bounds, stable: shares, canary: worse, isHigherBetter: isHigherBetter)
            }
        )

        print("windows: \(window)")
        #expect(window <= 24)
    }

    @Test("a gauge that is always worse is called so after a dozen minutes, and not before")
    func gauge() throws {
        let window = try #require(
            detection(tolerance: 0.1, seconds: 60) {
                $0.gauge(stable: 10, canary: 10)
            } _: {
                $0.gauge(stable: 10, canary: 14)
            }
        )

        print("minutes: \(window)")
        #expect((11...16).contains(window))
    }

    @Test("a gauge is compared at most once a minute, however short the windows")
    func minute() {
        var engine = CustomEngine(tolerance: 0)
        var comparisons = 0
        for window in 1...50 {
            let result = engine.judge(.level(stable: 1, canary: 2), seconds: 7, isFirst: window == 1)
            guard case .gauge(let level) = result.metrics[0].detail else { continue }
            comparisons = level.comparisons
        }

        #expect(comparisons == 5)
    }

    @Test("a tolerance of a gauge is relative, and works below zero")
    func relative() {
        func losses(_ stable: Double, _ canary: Double, isHigherBetter: Bool) -> Int? {
            var engine = CustomEngine(tolerance: 0.1)
            let reading = CustomReading.level(stable: stable, canary: canary, isHigherBetter: isHigherBetter)
            guard case .gauge(let level) = engine.judge(reading, seconds: 60).metrics[0].detail else { return nil }
            return level.losses
        }

        #expect(losses(10, 10.9, isHigherBetter: false) == 0)
        #expect(losses(10, 11.1, isHigherBetter: false) == 1)
        #expect(losses(10, 9.1, isHigherBetter: true) == 0)
        #expect(losses(10, 8.9, isHigherBetter: true) == 1)
        #expect(losses(-10, -9.1, isHigherBetter: false) == 0)
        #expect(losses(-10, -8.9, isHigherBetter: false) == 1)
        #expect(losses(-10, -11.1, isHigherBetter: true) == 1)
    }

    @Test("edges are stable's median, 90 % and 99 %, or 10 % and 1 % where higher is better")
    func edges() {
        let bounds: [Double] = [1, 2, 3, 4, 5]
        let counts: [Double] = [500, 400, 90, 9, 1, 0]
        func edges(_ counts: [Double], isHigherBetter: Bool) -> [Double] {
            let reading = CustomReading(
                kind: .histogram,
                isHigherBetter: isHigherBetter,
                bounds: bounds,
                stable: .buckets(counts),
                canary: nil
            )
            var engine = CustomEngine(tolerance: 0, history: [reading])
            guard case .histogram(let found) = engine.judge(nil).metrics[0].detail else { return [] }
            return found.compactMap(\.edge)
        }

        #expect(edges(counts, isHigherBetter: false) == [1, 2, 3])
        #expect(edges(counts.reversed(), isHigherBetter: true) == [3, 4, 5])
    }

    @Test("without a history edges come from the first hundred observations, which are not compared")
    func lateEdges() {
        var traffic = CustomTraffic(seed: 5)
        var engine = CustomEngine(tolerance: 0)
        let worse = [0] + Array(Self.shares.dropLast())
        func reading() -> CustomReading { traffic.histogram(Self.bounds, stable: Self.shares, canary: worse) }

        let first = engine.judge(reading(), isFirst: true)
        let second = engine.judge(reading())

        #expect(first.metrics[0].gap == .noEdges)
        #expect(first.logE == 0)
        #expect(second.metrics[0].gap == nil)
        #expect(second.logE != 0)
    }

    @Test("missing data is neither evidence nor data, and a metric that appears late has lost nothing")
    func missing() {
        var traffic = CustomTraffic(seed: 6)
        var engine = CustomEngine(tolerance: 0.005)
        for window in 0..<100 {
            var half = traffic.ratio(stable: 0.01, canary: 0.5)
            half.canary = nil
            let result = engine.judge(window % 2 == 0 ? nil : half, isFirst: window == 0)
            #expect(result.logE.magnitude < 1e-9)
            #expect(!result.metrics[0].hasData)
            #expect(result.metrics[0].gap == .noData)
        }
        let result = engine.judge(traffic.ratio(stable: 0.01, canary: 0.01))

        #expect(result.metrics[0].hasData)
        #expect(result.metrics[0].gap == nil)
    }

    @Test("data older than five minutes, or of an earlier step, is none")
    func stale() {
        var traffic = CustomTraffic(seed: 7)
        var engine = CustomEngine(tolerance: 0.005)
        #expect(engine.judge(traffic.ratio(stable: 0.01, canary: 0.01), isFirst: true).metrics[0].hasData)
        #expect(engine.judge(nil, seconds: 299).metrics[0].hasData)
        #expect(!engine.judge(nil, seconds: 2).metrics[0].hasData)
        #expect(engine.judge(traffic.ratio(stable: 0.01, canary: 0.01)).metrics[0].hasData)
        #expect(!engine.judge(nil, isFirst: true).metrics[0].hasData)
    }

    @Test("windows in which canary pods warm up are no evidence, and no data")
    func warming() {
        var traffic = CustomTraffic(seed: 8)
        var engine = CustomEngine(tolerance: 0.005)
        for window in 0..<50 {
            let result = engine.judge(
                traffic.ratio(stable: 0.01, canary: 0.5),
                isFirst: window == 0,
                isWarming: true
            )
            #expect(result.logE.magnitude < 1e-9)
            #expect(!result.metrics[0].hasData)
        }
    }

    @Test("a metric of another kind or direction than before is not compared")
    func changed() {
        var traffic = CustomTraffic(seed: 9)
        let history = (0..<30).map { _ in Optional(traffic.ratio(stable: 0.01, canary: 0)) }
        var engine = CustomEngine(tolerance: 0, history: history)

        let gauge = engine.judge(.level(stable: 1, canary: 9), isFirst: true)
        let turned = engine.judge(traffic.ratio(stable: 0.01, canary: 0.9, isHigherBetter: true))

        #expect(gauge.metrics[0].gap == .changed)
        #expect(turned.metrics[0].gap == .changed)
        #expect(turned.logE.magnitude < 1e-9)
    }

    @Test("one freak window does not roll back")
    func freak() {
        var traffic = CustomTraffic(seed: 10)
        var engine = CustomEngine(tolerance: 0.005)
        var isProved = false
        for window in 0..<60 {
            let reading = traffic.ratio(stable: 0.01, canary: window == 20 ? 1 : 0.01)
            isProved = engine.judge(reading, isFirst: window == 0).isProved || isProved
        }

        #expect(!isProved)
    }

    @Test("several metrics share the chance of error: each needs more evidence, and the worst is named")
    func several() throws {
        let objectives = ["a", "b", "c"].map { CustomObjective(name: $0, tolerance: 0.005) }
        var traffic = CustomTraffic(seed: 11)
        var engine = CustomEngine(
            objectives: objectives,
            falseRollback: 0.005,
            configuration: EngineConfiguration(),
            history: []
        )
        var last: CustomResult?
        for window in 0..<100 {
            let readings = [
                traffic.ratio(stable: 0.01, canary: 0.01), traffic.ratio(stable: 0.01, canary: 0.1),
                traffic.ratio(stable: 0.01, canary: 0.01),
            ]
            let result = engine.judge(
                CustomWindow(seconds: 5, isFirstAfterWeightChange: window == 0, isWarming: false, readings: readings)
            )
            last = result
            if result.isProved { break }
        }
        let result = try #require(last)

        #expect(result.isProved)
        #expect(result.leading?.name == "b")
        #expect(result.metrics[1].logE > result.logE)
        #expect((result.threshold - Elementary.log(200)).magnitude < 1e-12)
    }
}
