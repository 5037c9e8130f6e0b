import CanaryCore
import CanaryTelemetry
import Testing

@Suite("BeforeAfter")
struct BeforeAfterTests {
    private static let spec = BeforeAfter.spec(
        PastTraffic.spec,
        stable: PastTraffic.spec.route.stable,
        canary: PastTraffic.spec.route.canary
    )

    private static let header = RunHeader(
        version: "test",
        run: "run-1",
        startedAt: PastTraffic.from,
        spec: spec,
        roles: .asNamed,
        place: "a route",
        purpose: .beforeAfter
    )

    /// An hour before and an hour after, the latter with its own share of failures.
    private func outcome(seed: UInt64, errors: Double) -> (entries: [PastJudgement.Entry], outcome: Outcome) {
        var old = PastTraffic(seed: seed)
        old.add(240, share: 0)
        var new = PastTraffic(seed: seed + 100, history: 0)
        new.stableErrors = errors
        new.add(240, share: 0)
        let history = old.windows.filter { $0.at <= PastTraffic.from }
        let pairs = BeforeAfter.pairs(before: old.windows.filter { $0.at > PastTraffic.from }, after: new.windows)
        var judgement = PastJudgement(spec: Self.spec, purpose: .beforeAfter, from: PastTraffic.from)
        let entries = judgement.judge(PastTelemetry(windows: history + pairs, step: .seconds(5)))
        return (entries, judgement.account.outcome(PastWords(Self.header)))
    }

    @Test("a worse time after a deploy looks worse, and no sentence claims a proof", arguments: [1, 2] as [UInt64])
    func worse(seed: UInt64) {
        let (entries, outcome) = outcome(seed: seed, errors: 0.05)

        #expect(outcome.word == "degraded", "seed \(seed)")
        #expect(outcome.reason.text.contains("looks worse than before the deploy"))
        #expect(outcome.reason.text.contains("confounded by time"))
        #expect(!outcome.reason.text.contains("proved"))
        #expect(entries.last?.verdict.notes.contains { $0.contains("confounded by time") } ?? false)
        #expect((entries.last?.verdict.harmThreshold ?? 0) > 6.9, "one in a thousand, whatever the spec says")
    }

    @Test("an equal time looks no worse", arguments: [3, 4] as [UInt64])
    func equal(seed: UInt64) {
        let (_, outcome) = outcome(seed: seed, errors: 0.005)

        #expect(outcome.word == "healthy", "seed \(seed): \(outcome.reason.text)")
        #expect(outcome.reason.text.contains("looks no worse than before the deploy"))
        #expect(!outcome.reason.text.contains("proved"))
    }

    @Test("a pair is as usable as the sides that it is made of")
    func quality() {
        let good = Window(seconds: 5)
        let canaryOnly = Window(
            seconds: 5,
            quality: WindowQuality(unusable: .tooFewPods(side: .canary, answered: 0, known: 2))
        )
        let bad = Window(seconds: 5, quality: WindowQuality(unusable: .nothingScraped))
        func unusable(_ before: Window, _ after: Window) -> WindowQuality.Unusable? {
            BeforeAfter.pairs(
                before: [TimedWindow(at: PastTraffic.from, window: before)],
                after: [TimedWindow(at: PastTraffic.from, window: after)]
            ).first?.window.quality.unusable
        }

        #expect(unusable(good, good) == nil)
        #expect(unusable(canaryOnly, canaryOnly) == nil)
        #expect(unusable(bad, good) == .nothingScraped)
        #expect(unusable(good, bad) == .nothingScraped)
    }

    @Test("times of different length are compared as far as the shorter goes, over the buckets that both have")
    func lengths() throws {
        let coarse = try #require(LatencyBounds(milliseconds: [10, 100]))
        let fine = try #require(LatencyBounds(milliseconds: [5, 10, 50, 100]))
        let before = Window(
            seconds: 5,
            bounds: fine,
            stable: [PodWindow(pod: "a", requests: [], latency: [1, 2, 3, 4, 5])]
        )
        let after = Window(seconds: 5, bounds: coarse, stable: [PodWindow(pod: "a", requests: [], latency: [1, 2, 3])])
        let at = PastTraffic.from

        let pairs = BeforeAfter.pairs(
            before: [TimedWindow(at: at, window: before), TimedWindow(at: at, window: before)],
            after: [TimedWindow(at: at, window: after)]
        )

        #expect(pairs.count == 1)
        #expect(pairs.first?.window.bounds == coarse)
        #expect(pairs.first?.window.stable.first?.latency == [3, 7, 5])
        #expect(pairs.first?.window.canary.first?.latency == [1, 2, 3])
    }
}
