import CanaryCore
import CanaryStatistics
import CanaryTelemetry
import Foundation
import Testing

@Suite("The judge")
struct JudgeTests {
    @Test("windows before the first step are history and are not compared")
    func history() {
        var judge = Judge(rules: JudgeBench.rules())
        var verdict: Verdict?
        for _ in 0..<10 { verdict = judge.judge(JudgeBench.window(), in: JudgeBench.watching) }

        #expect(verdict?.kind == .undecided)
        #expect(verdict?.reason.label == "watching")
        #expect(verdict?.window == 0)
        #expect(judge.history.count == 10)
        #expect(judge.history.seconds == 50)
        #expect(judge.history.requests == 10_000)
    }

    @Test("the first window after the history is compared on errors and on edges of the history")
    func firstComparison() {
        var judge = JudgeBench.watched()

        let verdict = judge.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing(isFirst: true))

        #expect(verdict.window == 1)
        #expect(verdict.kind == .undecided)
        #expect(verdict.findings.first?.name == "errors")
        #expect(!judge.edges.isEmpty)
        #expect(verdict.findings.count == judge.edges.count + 1)
    }

    @Test("a canary that plainly fails more is degraded")
    func degraded() {
        var judge = JudgeBench.watched()
        var verdict = Verdict.sample(.undecided)
        for index in 0..<60 where verdict.kind != .degraded {
            verdict = judge.judge(
                JudgeBench.window(canary: 50, failures: 5),
                in: JudgeBench.analyzing(isFirst: index == 0)
            )
        }

        #expect(verdict.kind == .degraded)
        #expect(verdict.decision == .rollback)
        #expect(verdict.harmProgress == 1)
        #expect(verdict.exitCode == .degraded)
    }

    @Test("an equal canary becomes healthy, but not while the split is not proved")
    func healthy() {
        func firstHealthy(counts: Bool) -> Int? {
            var judge = JudgeBench.watched()
            for index in 0..<600 {
                let window = JudgeBench.window(canary: 100)
                let context = JudgeBench.analyzing(isFirst: index == 0, counts: counts)
                if judge.judge(window, in: context).kind == .healthy { return index }
            }
            return nil
        }

        #expect(firstHealthy(counts: true) != nil)
        #expect(firstHealthy(counts: false) == nil)
    }

    @Test("an unusable window is unknown, feeds nothing and is not counted")
    func unusable() {
        var judge = JudgeBench.watched()
        var control = judge
        let unusable = WindowQuality.Unusable.tooFewPods(side: .canary, answered: 0, known: 2)
        _ = judge.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing(isFirst: true))
        _ = control.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing(isFirst: true))

        let verdict = judge.judge(
            JudgeBench.window(canary: 50, failures: 50, unusable: unusable),
            in: JudgeBench.analyzing()
        )
        let next = judge.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing())

        #expect(verdict.kind == .unknown)
        #expect(verdict.reason.label == "too-few-pods")
        #expect(next == control.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing()))
    }

    @Test("a weight change is remembered over an unusable window")
    func weightChangeIsCarried() {
        var judge = JudgeBench.watched()
        for index in 0..<4 {
            _ = judge.judge(JudgeBench.window(canary: 50, failures: 1), in: JudgeBench.analyzing(isFirst: index == 0))
        }
        var direct = judge
        var forgotten = judge

        _ = judge.judge(
            JudgeBench.window(canary: 100, unusable: .nothingScraped),
            in: JudgeBench.analyzing(step: 1, isFirst: true)
        )
        let window = JudgeBench.window(canary: 100, failures: 3)
        let carried = judge.judge(window, in: JudgeBench.analyzing(step: 1))

        #expect(carried == direct.judge(window, in: JudgeBench.analyzing(step: 1, isFirst: true)))
        #expect(carried.logE != forgotten.judge(window, in: JudgeBench.analyzing(step: 1)).logE)
    }

    @Test("finer buckets are projected onto those of the history; missing ones make the window unknown")
    func bounds() throws {
        let fine = try #require(LatencyBounds(milliseconds: (LatencyBounds.istio.milliseconds + [7, 75]).sorted()))
        let coarse = try #require(LatencyBounds(milliseconds: [1, 1000]))
        var judge = JudgeBench.watched()
        var control = judge

        let projected = judge.judge(
            JudgeBench.window(canary: 50, bounds: fine),
            in: JudgeBench.analyzing(isFirst: true)
        )
        let plain = control.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing(isFirst: true))
        let missing = judge.judge(JudgeBench.window(canary: 50, bounds: coarse), in: JudgeBench.analyzing())

        #expect(projected == plain)
        #expect(missing.kind == .unknown)
        #expect(missing.reason.label == "bounds")
    }

    @Test("a projection sums what falls between two wanted bounds, and takes counts of any length")
    func projection() throws {
        let fine = try #require(LatencyBounds(milliseconds: [1, 2, 5, 10, 20]))
        let coarse = try #require(LatencyBounds(milliseconds: [2, 10]))
        let projection = try #require(BucketProjection(from: fine, onto: coarse))

        #expect(projection.apply([1, 2, 4, 8, 16, 32]) == [3, 12, 48])
        #expect(projection.apply([]) == [])
        #expect(projection.apply([1]) == [1, 0, 0])
        #expect(projection.apply([0, 0, 0, 0, 0, 0, 7, 7]) == [0, 0, 14])
        #expect(BucketProjection(from: coarse, onto: fine) == nil)
    }

    @Test("five minutes without a canary request are unknown, and one request ends them")
    func silence() {
        var judge = JudgeBench.watched()
        var kinds: [Verdict.Kind] = []
        for index in 0..<60 {
            kinds.append(judge.judge(JudgeBench.window(), in: JudgeBench.analyzing(isFirst: index == 0)).kind)
        }
        let back = judge.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing())

        #expect(kinds.dropLast().allSatisfy { $0 == .undecided })
        #expect(kinds.last == .unknown)
        #expect(back.kind == .undecided)
    }

    @Test("warm-up belongs to a pod: from its first request, and not again after a restart")
    func warmUp() {
        var judge = JudgeBench.watched(JudgeBench.rules(warmup: .seconds(60)))
        var warming: [Bool] = []
        for index in 0..<40 {
            var window = JudgeBench.window(canary: 50)
            if index == 20 { window.canary = [JudgeBench.pod("c-2", requests: 50)] }
            if index == 21 { window.quality.restarts = ["c-0"] }
            _ = judge.judge(window, in: JudgeBench.analyzing(isFirst: index == 0))
            warming.append(judge.lastResult?.isWarmUp == true)
        }

        #expect(warming.prefix(12).allSatisfy { $0 })
        #expect(warming[12..<20].allSatisfy { !$0 })
        #expect(warming[20])
        #expect(warming[21...].allSatisfy { !$0 })
    }

    @Test("an assumed comparability is repeated in every verdict, also in the unknown ones")
    func notes() {
        var judge = JudgeBench.watched(JudgeBench.rules(comparable: .assume), windows: 30)

        let verdicts = [
            judge.judge(JudgeBench.window(), in: JudgeBench.watching),
            judge.judge(JudgeBench.window(unusable: .nothingScraped), in: JudgeBench.analyzing(isFirst: true)),
            judge.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing()),
        ]

        #expect(verdicts.allSatisfy { $0.notes.contains { $0.contains("assumed") } })
    }

    @Test("the absolute guard fires in the first minutes, and while watching")
    func absolute() {
        var judge = Judge(rules: JudgeBench.rules(warmup: .seconds(60)))

        let watched = judge.judge(JudgeBench.window(canary: 40, failures: 20), in: JudgeBench.watching)
        let compared = judge.judge(JudgeBench.window(canary: 40, failures: 20), in: JudgeBench.analyzing(isFirst: true))

        #expect(watched.kind == .degraded && watched.reason.label == "absolute")
        #expect(compared.kind == .degraded && compared.reason.label == "absolute")
    }

    @Test("without a bar the absolute guard is off")
    func noAbsolute() {
        var judge = Judge(rules: JudgeBench.rules(guards: Guards(absoluteErrors: nil)))

        let verdict = judge.judge(JudgeBench.window(canary: 40, failures: 40), in: JudgeBench.watching)

        #expect(verdict.kind == .undecided)
    }

    @Test("during the bake the comparison is with stable's past, and calm is healthy without a promotion")
    func bake() {
        var judge = JudgeBench.watched()
        for index in 0..<20 {
            _ = judge.judge(JudgeBench.window(canary: 100), in: JudgeBench.analyzing(step: 3, isFirst: index == 0))
        }
        var context = JudgeBench.analyzing(step: 4)
        context.phase = .baking
        context.canaryPercent = 100
        var window = JudgeBench.window(canary: 1000)
        window.stable = []

        let calm = judge.judge(window, in: context)
        var failing = JudgeBench.window(canary: 1000, failures: 60)
        failing.stable = []
        var verdict = calm
        for _ in 0..<100 where verdict.kind != .degraded { verdict = judge.judge(failing, in: context) }

        #expect(calm.kind == .healthy && calm.decision == .hold)
        #expect(verdict.kind == .degraded)
        #expect(verdict.reason.text.contains("confounded by time"))
    }

    @Test("the same windows give the same bits")
    func determinism() throws {
        func verdicts() throws -> Data {
            var random = SeededGenerator(seed: 7)
            var judge = JudgeBench.watched()
            let encoder = JSONEncoder()
            encoder.outputFormatting = .sortedKeys
            return try (0..<80).map { index in
                let window = JudgeBench.window(
                    canary: 20 + Int(random.next() % 80),
                    failures: Int(random.next() % 3),
                    unusable: random.isOne(in: 10) ? .nothingScraped : nil
                )
                return judge.judge(window, in: JudgeBench.analyzing(step: index / 20, isFirst: index % 20 == 0))
            }.reduce(into: Data()) { try $0.append(encoder.encode($1)) }
        }

        #expect(try verdicts() == verdicts())
    }

    @Test("no window traps", arguments: [Double.nan, .infinity, -1, 0, 1e300])
    func absurd(seconds: Double) {
        var judge = JudgeBench.watched(JudgeBench.rules(warmup: .seconds(60)))
        var window = JudgeBench.window(seconds: seconds)
        window.canary = [
            PodWindow(
                pod: "c-0",
                requests: [
                    ResponseCount(key: ResponseKey("200"), count: .max),
                    ResponseCount(key: ResponseKey("500"), count: .max),
                    ResponseCount(key: ResponseKey(""), count: .min),
                ],
                latency: [.max, .min, -1]
            )
        ]

        for phase in [JudgingContext.Phase.watching, .analyzing, .baking, .idle] {
            var context = JudgeBench.analyzing(step: .max)
            context.phase = phase
            _ = judge.judge(window, in: context)
        }

        #expect(judge.judge(JudgeBench.window(canary: 50), in: JudgeBench.analyzing()).logE.isFinite)
    }
}
