import CanaryCore
import CanaryReport
import CanaryStatistics
import CanaryTelemetry
import Testing

/// Stories of journals of any length and shape.
struct StoryBoundsTests {
    @Test("a hundred thousand windows are folded in bounded memory")
    func long() {
        let header = StoryRun().header
        var fold = StoryFold(header: header)
        let pod = PodWindow(pod: "p", requests: [ResponseCount(key: ResponseKey("200"), count: 10)], latency: [])
        let window = Window(seconds: 5, canary: [pod])
        let verdict = Verdict(kind: .undecided, decision: .hold, reason: Reason("dwell", "wait"), window: 1)
        for number in 1...100_000 {
            let at = header.startedAt.advanced(by: .seconds(number * 5))
            let context = JudgingContext(
                phase: .analyzing,
                canaryPercent: 5,
                step: 0,
                isFirstAfterWeightChange: false,
                countsForPromotion: true
            )
            fold.add(.window(window))
            fold.add(.event(.judged(context: context, verdict: verdict), at: at))
        }
        let story = fold.story()

        #expect(story.moments.count <= StoryFold.mostMoments && story.moments.count > StoryFold.mostMoments / 4)
        #expect(story.moments.reduce(0) { $0 + $1.windows } == 100_000)
        #expect(story.moments.reduce(0) { $0 + $1.canary.requests } == 1_000_000)
        #expect(story.moments.last?.at == 500_000)
    }

    @Test("weights that change with every window are bounded as well")
    func restless() {
        let header = StoryRun().header
        var fold = StoryFold(header: header)
        let window = Window(seconds: 5)
        for number in 1...3000 {
            let context = JudgingContext(
                phase: .analyzing,
                canaryPercent: Double(number % 90),
                step: number,
                isFirstAfterWeightChange: true,
                countsForPromotion: false
            )
            fold.add(.window(window))
            let verdict = Verdict(kind: .healthy, decision: .advance, reason: Reason("proved", "ok"), window: number)
            fold.add(.event(.judged(context: context, verdict: verdict), at: header.startedAt))
            fold.add(.event(.notice(Notice(.warning, Reason("n\(number)", "notice \(number)"))), at: header.startedAt))
        }
        let story = fold.story()

        #expect(story.moments.count <= StoryFold.mostMoments)
        #expect(story.stages.count <= StoryFold.mostStages)
        #expect(story.events.count <= StoryFold.mostEvents)
        #expect(story.eventsLeftOut > 0)
        #expect(story.events.first?.title == "started")
        #expect(story.events.last?.text == "notice 3000")
        #expect(story.moments.reduce(0) { $0 + $1.windows } == 3000)
    }

    @Test("any journal has a story: moments cover time once, every number is one", arguments: Array(1...25) as [UInt64])
    func any(seed: UInt64) {
        var random = StoryNoise(seed: seed)
        let header = random.header()
        var fold = StoryFold(header: header)
        var ledger = RunState(header: header)
        var window: Window?
        for entry in random.entries(header) {
            fold.add(entry)
            switch entry {
            case .window(let found):
                window = found
            case .event(let event, let at):
                ledger.follow(event, window: window, at: at)
                switch event {
                case .judged, .recalled: window = nil
                default: break
                }
            }
        }
        let story = fold.story()

        var end = -Double.infinity
        for moment in story.moments {
            #expect(moment.from >= end, "seed \(seed)")
            #expect(moment.at >= moment.from, "seed \(seed)")
            end = moment.at
        }
        if header.purpose == nil {
            #expect(story.ledger.steps.map(\.percent) == ledger.ledger.steps.map(\.percent), "seed \(seed)")
            #expect(story.ledger.steps.allSatisfy { $0.seconds.isFinite }, "seed \(seed)")
            #expect(story.ledger.notices.count == ledger.ledger.notices.count, "seed \(seed)")
            #expect(story.moments.reduce(0) { $0 + $1.windows } == ledger.ledger.windows, "seed \(seed)")
            #expect(
                story.moments.reduce(0) { $0 &+ $1.canary.requests } == ledger.ledger.canaryRequests,
                "seed \(seed)"
            )
            #expect(
                story.moments.reduce(0) { $0 &+ $1.stable.failures } == ledger.ledger.stableFailures,
                "seed \(seed)"
            )
        }
        #expect(story.moments.count <= StoryFold.mostMoments)
        #expect(story.tracks.allSatisfy { $0.values.count == story.moments.count }, "seed \(seed)")
        let numbers =
            story.moments.flatMap { moment in
                [moment.from, moment.at, moment.seconds, moment.intendedPercent]
                    + [moment.harm, moment.harmThreshold, moment.difference?.lower, moment.difference?.upper].compactMap
                { $0 }
                    + [moment.stableShare?.share, moment.canaryShare?.band.upper].compactMap { $0 }
            } + story.tracks.flatMap { $0.values.compactMap { $0?.harm } } + story.events.map(\.at)
            + [story.harm?.extraFailures, story.harm?.failuresPerHourBand.upper].compactMap { $0 }
        #expect(numbers.allSatisfy { $0.isFinite }, "seed \(seed)")
        for format in ReportFormat.allCases {
            if let text = format.report(story) { #expect(text.hasSuffix("\n"), "seed \(seed)") }
        }
    }
}
