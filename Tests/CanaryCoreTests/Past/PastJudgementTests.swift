import CanaryCore
import CanaryTelemetry
import Testing

@Suite("PastJudgement")
struct PastJudgementTests {
    /// What a judge says that is fed by hand with what is known of the release: the steps and their settling.
    private func byHand(_ windows: [TimedWindow], canaryFrom first: Int) -> (verdicts: [Verdict], degraded: Timestamp?)
    {
        var judge = Judge(rules: JudgeRules(PastTraffic.spec))
        var verdicts: [Verdict] = []
        var degraded: Timestamp?
        for (index, timed) in windows.enumerated() {
            let since = index - first
            let verdict = judge.judge(
                timed.window,
                in: JudgingContext(
                    phase: since < 0 ? .watching : .analyzing,
                    canaryPercent: since < 0 ? 0 : 5,
                    step: 0,
                    isFirstAfterWeightChange: since == 0,
                    countsForPromotion: since >= 3
                )
            )
            verdicts.append(verdict)
            if verdict.kind == .degraded, degraded == nil { degraded = timed.at }
        }
        return (verdicts, degraded)
    }

    @Test(
        "a bad release is degraded at the very window at which a judge fed by hand says so",
        arguments: [1, 2, 3] as [UInt64]
    )
    func bad(seed: UInt64) throws {
        var traffic = PastTraffic(seed: seed, canaryErrors: 0.055)
        traffic.add(24, share: 0)
        traffic.add(60, share: 0.05)

        let (judgement, entries) = traffic.judged()
        let hand = byHand(traffic.windows, canaryFrom: 384)
        let moment = try #require(judgement.account.degraded, "seed \(seed)")

        #expect(entries.map(\.verdict) == hand.verdicts, "seed \(seed)")
        #expect(moment.at == hand.degraded, "seed \(seed)")
        #expect(moment.verdict.logD >= moment.verdict.harmThreshold, "seed \(seed)")
        #expect(PastWords.leading(moment.verdict)?.name == "errors")
        #expect(judgement.account.canaryBegan == PastTraffic.from.advanced(by: .seconds(120)))
        #expect(judgement.account.outcome(PastTraffic.words).exitCode == .degraded)
    }

    @Test(
        "a good release that went through the steps is healthy, proved at the largest of them",
        arguments: [1, 2] as [UInt64]
    )
    func good(seed: UInt64) throws {
        var traffic = PastTraffic(seed: seed)
        for share in [0.05, 0.1, 0.25, 0.5] { traffic.add(180, share: share) }
        traffic.add(120, share: 1)

        let (account, outcome) = traffic.outcome()

        #expect(outcome.word == "healthy", "seed \(seed): \(outcome.reason.text)")
        #expect(outcome.exitCode == .healthy)
        #expect(account.largestStep == 3)
        #expect(account.provedAtLargest?.step == 3)
        #expect(account.degraded == nil)
        #expect(account.alone > 100, "after the minute in which it may have been chance")
    }

    @Test("weights are seen as steps, each with one first window, and settle is no evidence of safety")
    func steps() {
        var traffic = PastTraffic(seed: 4)
        traffic.add(60, share: 0.05)
        traffic.add(60, share: 0.1)
        traffic.add(60, share: 0.5)

        let entries = traffic.judged().entries.filter { $0.context.phase == .analyzing }
        let firsts = entries.filter(\.context.isFirstAfterWeightChange).map(\.context.step)

        #expect(firsts.first == 0 && firsts.last == 3)
        #expect(firsts.contains(1))
        #expect(entries.count(where: \.context.isFirstAfterWeightChange) <= 4)
        #expect(entries.prefix(3).allSatisfy { !$0.context.countsForPromotion })
        #expect(entries[3].context.countsForPromotion)
        #expect(entries.last?.context.step == 3)
    }

    @Test("a share that is no step is judged at the largest step below it")
    func between() {
        var traffic = PastTraffic(seed: 5)
        traffic.add(60, share: 0.15)

        let entries = traffic.judged().entries.filter { $0.context.phase == .analyzing }

        #expect(entries.allSatisfy { $0.context.step == 1 })
        #expect(entries.count(where: \.context.isFirstAfterWeightChange) == 1)
    }

    @Test("a healthy start and a bad end is degraded: degraded once is degraded")
    func sticky() {
        var traffic = PastTraffic(seed: 6)
        traffic.add(240, share: 0.05)
        traffic.canaryErrors = 0.1
        traffic.add(60, share: 0.05)
        traffic.canaryErrors = 0.005
        traffic.add(240, share: 0.05)

        let (account, outcome) = traffic.outcome()

        #expect(account.proved[0] != nil)
        #expect(outcome.word == "degraded")
    }

    @Test("few requests are undecided, with how many are missing")
    func tiny() {
        var traffic = PastTraffic(seed: 7, requests: 10)
        traffic.add(120, share: 0.05)

        let (account, outcome) = traffic.outcome()

        #expect(outcome.word == "undecided", "\(outcome.reason.text)")
        #expect(outcome.exitCode == .undecided)
        #expect((account.missingRequests ?? 0) > 0)
        #expect(outcome.reason.text.contains("more canary requests"))
    }

    @Test("no canary request is unknown")
    func noCanary() {
        var traffic = PastTraffic(seed: 8)
        traffic.add(60, share: 0)

        let (account, outcome) = traffic.outcome()

        #expect(outcome.reason.label == "no-canary")
        #expect(outcome.exitCode == .unknown)
        #expect(account.canaryBegan == nil)
        #expect(account.historyUsable == 420)
    }

    @Test("a canary with all the traffic is not a comparison", arguments: [false, true])
    func noStable(hasNoPods: Bool) {
        var traffic = PastTraffic(seed: 9)
        traffic.add(
            60,
            share: 1,
            unusable: hasNoPods ? .tooFewPods(side: .stable, answered: 0, known: 0) : nil
        )

        let (account, outcome) = traffic.outcome()

        #expect(outcome.reason.label == "no-stable")
        #expect(outcome.exitCode == .unknown)
        #expect(outcome.reason.text.contains("not a comparison"))
        #expect(account.alone > 0)
        #expect(account.unusable == 0)
    }

    @Test("windows that cannot be used are no evidence, and too many of them make the verdict unknown")
    func gaps() {
        var half = PastTraffic(seed: 10)
        var most = PastTraffic(seed: 10)
        for _ in 0..<30 {
            half.add(5, share: 0.05)
            half.add(4, share: 0.05, unusable: .nothingScraped)
            most.add(2, share: 0.05)
            most.add(9, share: 0.05, unusable: .nothingScraped)
        }

        let used = half.outcome()
        let lost = most.outcome()

        #expect(used.outcome.word != "unknown")
        #expect(used.account.unusable == 120)
        #expect(lost.outcome.word == "unknown")
        #expect(lost.outcome.reason.label == "nothing-scraped")
        #expect(lost.outcome.reason.text.contains("270 of 330 windows"))
    }

    @Test("nothing usable at all is unknown with the reason")
    func allUnusable() {
        var traffic = PastTraffic(seed: 11)
        traffic.add(60, share: 0, unusable: .noIstioSeries)

        #expect(traffic.outcome().outcome.reason.label == "no-istio-series")
        let nothing = PastAccount(purpose: .past, startedAt: PastTraffic.from).outcome(PastTraffic.words)
        #expect(nothing.exitCode == .unknown)
        #expect(nothing.reason.label == "no-windows")
    }

    @Test("canary requests before the judged time are not compared, and its pods do not spoil the history")
    func earlier() {
        var traffic = PastTraffic(seed: 12, history: 0)
        let before = (1...60).map { number in
            TimedWindow(
                at: PastTraffic.from.advanced(by: .seconds(-5 * (60 - number))),
                window: Window(
                    seconds: 5,
                    stable: [
                        PodWindow(
                            pod: "s-0",
                            requests: [ResponseCount(key: ResponseKey("200"), count: 100)],
                            latency: []
                        )
                    ],
                    canary: [
                        PodWindow(
                            pod: "c-0",
                            requests: [ResponseCount(key: ResponseKey("503"), count: 100)],
                            latency: []
                        )
                    ],
                    quality: WindowQuality(unusable: .tooManyFailures(side: .canary, failed: 3, rounds: 20))
                )
            )
        }
        traffic.add(20, share: 0)
        var judgement = PastJudgement(spec: PastTraffic.spec, purpose: .past, from: PastTraffic.from)
        let entries = judgement.judge(PastTelemetry(windows: before + traffic.windows, step: .seconds(5)))

        #expect(entries.allSatisfy { $0.context.phase == .watching })
        #expect(entries.allSatisfy { $0.verdict.kind == .undecided })
        #expect(judgement.account.historyUsable == 80)
    }

    @Test("random windows never trap, and degraded stays degraded", arguments: 1...60 as ClosedRange<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let purpose: RunHeader.Purpose = random.pick([.past, .beforeAfter])
        var spec = PastTraffic.spec
        spec.steps = random.pick([[5, 10, 25, 50, 100], [100], [0.1, 99], [50]])
        var judgement = PastJudgement(spec: spec, purpose: purpose, from: PastTraffic.from)
        let words = PastWords(
            RunHeader(
                version: "test",
                run: "run-1",
                startedAt: PastTraffic.from,
                spec: spec,
                roles: .asNamed,
                place: "a route",
                purpose: purpose
            )
        )
        var isDegraded = false
        var at = PastTraffic.from.advanced(by: .seconds(-60))
        for _ in 0..<80 {
            at = at.advanced(by: .seconds(random.pick([5, 5, 5, 0, -5, 600, 1_000_000_000_000])))
            let entry = judgement.judge(TimedWindow(at: at, window: window(&random)))
            isDegraded = isDegraded || (entry.verdict.kind == .degraded && entry.context.phase == .analyzing)
            let outcome = judgement.account.outcome(words)
            #expect((outcome.word == "degraded") == isDegraded, "seed \(seed)")
        }
    }

    private func window(_ random: inout SeededGenerator) -> Window {
        let counts = [0, 0, 1, 20, 400, 100_000, Int.max, -5]
        let lengths = [0, 20, 20, 20, 3]
        func pods(_ name: String, _ random: inout SeededGenerator) -> [PodWindow] {
            (0..<random.pick([0, 1, 2, 3])).map { number in
                PodWindow(
                    pod: "\(name)-\(number)",
                    requests: [
                        ResponseCount(key: ResponseKey("200"), count: random.pick(counts)),
                        ResponseCount(key: ResponseKey("503"), count: random.pick(counts)),
                    ],
                    latency: [Int](repeating: random.pick([0, 1, 50]), count: random.pick(lengths))
                )
            }
        }
        return Window(
            seconds: random.pick([5, 5, 5, 0, -1, .infinity, .nan, 1e300]),
            stable: pods("s", &random),
            canary: pods("c", &random),
            quality: WindowQuality(
                unusable: random.pick([
                    nil, nil, nil, .baseline, .tooFewPods(side: .stable, answered: 0, known: 0), .nothingScraped,
                ])
            )
        )
    }
}
