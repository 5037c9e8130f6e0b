import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Foundation
import Testing

@Suite("Metrics of the user's own in the judge")
struct MetricJudgeTests {
    private static let failures = MetricObjective(query: "checkout_failures", tolerance: 0.005)
    private static let depth = MetricObjective(query: "queue_depth", tolerance: 0.1)
    private static let basket = MetricObjective(query: "basket_seconds", tolerance: 0.01)

    private static func rules(_ metrics: [MetricObjective], warmup: Duration = .zero) -> JudgeRules {
        var pace = Bench.pace
        pace.warmup = warmup
        var spec = CanarySpec.sample(pace: pace)
        spec.objectives.metrics = metrics
        return JudgeRules(spec)
    }

    private static func ratio(_ canary: MetricSide, stable: MetricSide = .ratio(events: 5, total: 500)) -> MetricWindow
    {
        MetricWindow(name: "checkout_failures", kind: .ratio, direction: .lower, stable: stable, canary: canary)
    }

    private static func gauge(_ stable: Double, _ canary: Double) -> MetricWindow {
        MetricWindow(
            name: "queue_depth",
            kind: .gauge,
            direction: .lower,
            stable: .gauge(samples: 4, mean: stable),
            canary: .gauge(samples: 2, mean: canary)
        )
    }

    private static func histogram(_ canary: [Double]) -> MetricWindow {
        MetricWindow(
            name: "basket_seconds",
            kind: .histogram,
            direction: .lower,
            bounds: [0.1, 0.5, 1],
            stable: .histogram(counts: [300, 150, 40, 10]),
            canary: .histogram(counts: canary)
        )
    }

    private static func watched(_ rules: JudgeRules, _ metrics: [MetricWindow]) -> Judge {
        var judge = Judge(rules: rules)
        for index in 0..<60 {
            var window = JudgeBench.window(stableFailures: index % 3)
            window.metrics = metrics
            _ = judge.judge(window, in: JudgeBench.watching)
        }
        return judge
    }

    /// Windows with an equal canary and these metrics, until the verdict is not undecided.
    private func play(
        _ judge: inout Judge,
        windows: Int = 400,
        seconds: Double = 5,
        _ metrics: (Int) -> [MetricWindow]
    ) -> [Verdict] {
        var verdicts: [Verdict] = []
        for index in 0..<windows {
            var window = JudgeBench.window(canary: 100, seconds: seconds)
            window.metrics = metrics(index)
            verdicts.append(judge.judge(window, in: JudgeBench.analyzing(isFirst: index == 0)))
            if verdicts.last?.kind != .undecided { break }
        }
        return verdicts
    }

    @Test("without objectives a window's metrics change nothing")
    func ignored() {
        var without = JudgeBench.watched()
        var with = Self.watched(JudgeBench.rules(), [Self.ratio(.ratio(events: 0, total: 10))])

        let plain = play(&without) { _ in [] }
        let ignoring = play(&with) { _ in [Self.ratio(.ratio(events: 10, total: 10))] }

        #expect(plain == ignoring)
        #expect(plain.last?.kind == .healthy)
        #expect(plain.last?.harmThreshold == -Elementary.log(0.01))
    }

    @Test("with objectives the engine and they each get half of the chance of error")
    func halves() throws {
        var judge = Self.watched(Self.rules([Self.failures, Self.depth]), [])
        let verdict = try #require(play(&judge, windows: 1) { _ in [] }.first)

        #expect(verdict.harmThreshold == -Elementary.log(0.005))
        #expect(Self.rules([Self.failures]).configuration.falseRollback == 0.005)
        #expect(Self.rules([]).configuration.falseRollback == 0.01)
    }

    @Test("a metric that is worse degrades, and the reason has the numbers of both sides")
    func ratio() throws {
        var judge = Self.watched(Self.rules([Self.failures]), [Self.ratio(.absent("history"))])
        let verdict = try #require(play(&judge) { _ in [Self.ratio(.ratio(events: 3, total: 50))] }.last)

        #expect(verdict.kind == .degraded)
        #expect(verdict.decision == .rollback)
        #expect(verdict.reason.label == "metric")
        let pattern =
            /checkout_failures: canary 6 % of \d+, stable 1 % of [\d,]+ \(\+5 pp\); evidence [\d,]+ : 1/
        #expect(verdict.reason.text.wholeMatch(of: pattern) != nil, "\(verdict.reason.text)")
        let finding = try #require(verdict.findings.last)
        #expect(finding.name == "checkout_failures")
        #expect(finding.custom?.kind == .ratio)
        #expect(verdict.logD >= verdict.harmThreshold)
        #expect(verdict.harmProgress == 1)
    }

    @Test("a gauge that is worse degrades in weaker words")
    func gauge() throws {
        var judge = Self.watched(Self.rules([Self.depth]), [])
        let verdicts = play(&judge, windows: 30, seconds: 60) { _ in [Self.gauge(10, 14)] }
        let verdict = try #require(verdicts.last)

        #expect(verdict.kind == .degraded)
        let pattern =
            /queue_depth: canary 14 on average, stable 10 \(\+40 %\), worse in (\d+) of \1 comparisons; evidence [\d,]+ : 1 \(a gauge: comparisons are taken as independent, which is weaker\)/
        #expect(verdict.reason.text.wholeMatch(of: pattern) != nil, "\(verdict.reason.text)")
    }

    @Test("a histogram that is worse degrades and names its edge")
    func histogram() throws {
        var judge = Self.watched(Self.rules([Self.basket]), [Self.histogram([0, 0, 0, 0])])
        let verdict = try #require(play(&judge) { _ in [Self.histogram([10, 20, 10, 10])] }.last)

        #expect(verdict.kind == .degraded)
        #expect(verdict.reason.text.hasPrefix("basket_seconds > "), "\(verdict.reason.text)")
        #expect(verdict.findings.suffix(3).map(\.edge) == [0.1, 0.5, 1])
        #expect(verdict.findings.suffix(3).map(\.stable.requests).allSatisfy { $0 > 0 })
    }

    @Test("an equal metric does not stand in the way of a step")
    func equal() throws {
        let metrics = [Self.failures, Self.depth, Self.basket]
        var judge = Self.watched(Self.rules(metrics), [Self.histogram([0, 0, 0, 0])])
        let equal = [
            Self.ratio(.ratio(events: 1, total: 100)), Self.gauge(10, 10), Self.histogram([30, 15, 4, 1]),
        ]
        let verdict = try #require(play(&judge) { _ in equal }.last)

        #expect(verdict.kind == .healthy)
        #expect(
            verdict.reason.text.hasSuffix("nothing speaks against checkout_failures, queue_depth, basket_seconds")
        )
    }

    @Test("without data of both versions no step is taken, and the reason names metric and side")
    func noData() throws {
        var judge = Self.watched(Self.rules([Self.failures]), [])
        let silent = play(&judge, windows: 300) { _ in [Self.ratio(.absent("the query returned nothing"))] }
        var never = Self.watched(Self.rules([Self.failures]), [])
        let missing = play(&never, windows: 300) { _ in [] }
        var empty = Self.watched(Self.rules([Self.failures]), [])
        let zero = play(&empty, windows: 300) { _ in [Self.ratio(.ratio(events: 0, total: 0))] }

        #expect(silent.count == 300)
        #expect(silent.last?.kind == .undecided)
        #expect(
            silent.last?.reason
                == Reason("metric-no-data", "no data for metric checkout_failures: canary: the query returned nothing")
        )
        #expect(silent.allSatisfy { ($0.findings.last?.logE ?? 1).magnitude < 1e-9 })
        #expect(
            missing.last?.reason.text == "no data for metric checkout_failures: the windows do not hold it"
        )
        #expect(
            zero.last?.reason.text == "no data for metric checkout_failures: not of both versions in this step yet"
        )
    }

    @Test("suspicion holds the step and says of what")
    func suspicion() throws {
        var judge = Self.watched(Self.rules([Self.failures]), [Self.ratio(.absent("history"))])
        // Bad enough for 10 : 1, then gone: no proof, but the step waits.
        let verdicts = play(&judge, windows: 200) { index in
            [Self.ratio(index < 1 ? .ratio(events: 6, total: 50) : .absent("gone"))]
        }
        let held = try #require(verdicts.first { $0.reason.text.hasPrefix("held on suspicion: checkout_failures") })

        #expect(held.kind == .undecided)
        #expect(held.decision == .hold)
        #expect(held.findings.last?.logE ?? 0 >= Elementary.log(10))
        #expect(!verdicts.contains { $0.kind == .healthy })
    }

    @Test("while canary pods warm up their metrics are no evidence")
    func warming() throws {
        var judge = Self.watched(Self.rules([Self.failures], warmup: .seconds(60)), [])
        let verdicts = play(&judge, windows: 12) { _ in [Self.ratio(.ratio(events: 50, total: 50))] }

        #expect(verdicts.count == 12)
        #expect(verdicts.allSatisfy { ($0.findings.last?.logE ?? 1).magnitude < 1e-9 })
        #expect(verdicts.last?.findings.last?.custom?.absence == "the canary's pods are warming up")
    }

    @Test("the bake does not judge them, and says so")
    func bake() {
        var judge = Self.watched(Self.rules([Self.failures]), [Self.ratio(.absent("history"))])
        _ = play(&judge, windows: 3) { _ in [Self.ratio(.ratio(events: 1, total: 100))] }
        var verdict: Verdict?
        for index in 0..<20 {
            var window = JudgeBench.window(canary: 1000)
            window.metrics = [Self.ratio(.ratio(events: 100, total: 100))]
            let context = JudgingContext(
                phase: .baking,
                canaryPercent: 100,
                step: 4,
                isFirstAfterWeightChange: index == 0,
                countsForPromotion: true
            )
            verdict = judge.judge(window, in: context)
        }

        #expect(verdict?.kind == .healthy)
        #expect(verdict?.findings.contains { $0.custom != nil } == false)
        #expect(verdict?.notes.contains("metrics of your own are not judged before/after: checkout_failures") == true)
    }

    @Test("recorded windows give the same verdicts, and verdicts survive the journal", arguments: [31, 32] as [UInt64])
    func replay(seed: UInt64) throws {
        print("seed \(seed)")
        var random = SeededGenerator(seed: seed)
        let rules = Self.rules([Self.failures, Self.depth, Self.basket])
        var live = Judge(rules: rules)
        var replayed = Judge(rules: rules)
        var reader = RecordedWindowReader(bounds: .istio)
        for index in 0..<200 {
            let isHistory = index < 60
            var window = JudgeBench.window(canary: isHistory ? 0 : 60, seconds: 20)
            window.metrics = [
                Self.ratio(.ratio(events: Double(random.next() % 7), total: 100.5)),
                Self.gauge(1 / 3, 1 / 3 + Double(random.next() % 5) / 10), Self.histogram([30, 15.25, 4, 2]),
            ]
            if random.next() % 5 == 0 { window.metrics.removeFirst() }
            var bytes: [UInt8] = []
            WindowEncoder.append(window, run: nil, to: &bytes)
            guard case .window(_, let read) = try reader.read(line: bytes) else { continue }
            let context = isHistory ? JudgeBench.watching : JudgeBench.analyzing(isFirst: index == 60)

            let verdict = live.judge(window, in: context)

            #expect(replayed.judge(read, in: context) == verdict)
            let journalled = try JSONDecoder().decode(Verdict.self, from: JSONEncoder().encode(verdict))
            #expect(journalled == verdict)
        }
    }

    @Test("a verdict without the new keys is read as before")
    func oldVerdict() throws {
        let text = """
            {"name":"errors","logE":1,"penalty":0,"stable":{"events":1,"requests":2},"canary":{"events":1,"requests":2}}
            """

        let finding = try JSONDecoder().decode(Finding.self, from: Data(text.utf8))

        #expect(finding.custom == nil)
        #expect(finding.label == "errors")
        #expect(finding.customWords == nil)
    }
}
