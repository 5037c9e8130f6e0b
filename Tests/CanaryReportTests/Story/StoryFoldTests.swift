import CanaryCore
import CanaryReport
import CanaryStatistics
import CanaryTelemetry
import Testing

struct StoryFoldTests {
    private static let bad: StoryRun = {
        var run = StoryRun(canaryErrors: 0.08)
        run.play()
        return run
    }()

    private static let good: StoryRun = {
        var run = StoryRun()
        run.play()
        return run
    }()

    @Test("requests of all moments are those of the run's account")
    func sums() {
        for run in [Self.bad, Self.good] {
            let story = run.story

            #expect(story.ledger == run.state.ledger)
            #expect(story.moments.reduce(0) { $0 + $1.stable.requests } == run.state.ledger.stableRequests)
            #expect(story.moments.reduce(0) { $0 + $1.canary.requests } == run.state.ledger.canaryRequests)
            #expect(story.moments.reduce(0) { $0 + $1.stable.failures } == run.state.ledger.stableFailures)
            #expect(story.moments.reduce(0) { $0 + $1.canary.failures } == run.state.ledger.canaryFailures)
            #expect(story.moments.reduce(0) { $0 + $1.windows } == run.state.ledger.windows)
            #expect(story.tracks.allSatisfy { $0.values.count == story.moments.count })
        }
    }

    @Test("a crossing is the verdict that asked for the rollback, at its own window")
    func crossing() throws {
        let story = Self.bad.story
        let first = try #require(Self.bad.verdicts.first { $0.verdict.decision == .rollback })
        let crossing = try #require(story.crossings.first { $0.kind == .harm })

        #expect(story.crossings.count { $0.kind == .harm } == 1)
        #expect(crossing.at == first.at.since(Self.bad.header.startedAt).inSeconds)
        #expect(crossing.percent == first.percent)
        #expect(crossing.metric == "errors")
        let last = try #require(story.moments.last { $0.phase == .analyzing })
        #expect(last.at == crossing.at && last.harm == first.verdict.logD && last.verdict == .degraded)
        #expect(story.budget.mostHarm == first.verdict.logD)
        #expect(story.budget.harmThreshold == first.verdict.harmThreshold)
    }

    @Test("each step is proved once, in order")
    func steps() {
        let story = Self.good.story
        let proved = story.crossings.filter { $0.kind == .safety }

        #expect(story.crossings.allSatisfy { $0.kind == .safety })
        #expect(proved.map(\.percent) == [5, 10, 25, 50])
        #expect(story.events.count { $0.title.hasSuffix("proved not worse") } == 4)
        #expect(story.stages.map(\.percent) == [5, 10, 25, 50, 100])
        #expect(story.stages.last?.phase == .baking)
        #expect(story.highestPercent == 100)
    }

    @Test("the difference is the one that verdicts say, so that no report contradicts another")
    func difference() throws {
        let story = Self.bad.story
        let verdict = try #require(Self.bad.state.ledger.lastComparison)
        let range = try #require(verdict.findings.first?.difference95)
        let shown = try #require(story.moments.last { $0.phase == .analyzing }?.difference)

        #expect(shown.lower == range.low && shown.upper == range.high)
    }

    @Test("a journal of before verdicts said the difference has it from its windows")
    func olderDifference() throws {
        var sequence = DifferenceSequence()
        var window: Window?
        let entries = Self.bad.entries.map { entry -> JournalEntry in
            if case .window(let found) = entry { window = found }
            guard case .event(.judged(let context, var verdict), let at) = entry else { return entry }
            if let window, context.phase == .analyzing, verdict.window > 0 {
                sequence.add(stable: Self.errors(window.stable), canary: Self.errors(window.canary))
            }
            for place in verdict.findings.indices { verdict.findings[place].difference95 = nil }
            return .event(.judged(context: context, verdict: verdict), at: at)
        }
        let story = StoryRun.story(Self.bad.header, entries)

        let shown = try #require(story.moments.last { $0.phase == .analyzing }?.difference)
        #expect(shown == sequence.interval())
        #expect(story.harm != nil)
    }

    private static func errors(_ pods: [PodWindow]) -> EventCount {
        EventCount(x: Double(pods.reduce(0) { $0 + $1.failures }), n: Double(pods.reduce(0) { $0 + $1.total }))
    }

    @Test("what the canary cost is what stable would not have lost, with its limits")
    func harm() throws {
        let story = Self.bad.story
        let harm = try #require(story.harm)
        let compared = story.moments.filter { $0.phase == .analyzing }
        let stable = compared.reduce(into: (n: 0, x: 0)) { $0 = ($0.n + $1.stable.requests, $0.x + $1.stable.failures) }
        let canary = compared.reduce(into: (n: 0, x: 0)) { $0 = ($0.n + $1.canary.requests, $0.x + $1.canary.failures) }

        #expect(harm.requests == canary.n && harm.failures == canary.x)
        let extra = compared.reduce(0) { sum, moment in
            let share = Double(moment.stable.failures) / Double(moment.stable.requests)
            return sum + Double(moment.canary.failures) - share * Double(moment.canary.requests)
        }
        #expect((harm.extraFailures - extra).magnitude < 1e-9)
        #expect(harm.extraFailuresBand.lower > 0)
        #expect(harm.extraFailuresBand.lower <= extra && extra <= harm.extraFailuresBand.upper)
        let seconds = compared.reduce(0) { $0 + $1.seconds }
        #expect((harm.requestsPerSecond - Double(stable.n + canary.n) / seconds).magnitude < 1e-9)
        #expect(story.errors.canaryRequests == canary.n)
        #expect(story.errors.codes.map(\.name) == ["503", "499"])
        #expect(story.errors.codes.first?.canary == canary.x)
        #expect(story.errors.pods.first?.side == .canary)
        #expect(story.errors.pods.reduce(0) { $0 + $1.requests } == stable.n + canary.n)
    }

    @Test("a failure of both versions is not held against the canary, whatever its part of the traffic was then")
    func sharedOutage() throws {
        var run = StoryRun()
        run.play(rounds: 60)
        var fold = StoryFold(header: run.header)
        var window: Window?
        for entry in run.entries {
            guard case .window(var found) = entry else {
                fold.add(entry)
                continue
            }
            // A third of everything fails while the canary has a quarter of the traffic and more.
            if found.canary.reduce(0, { $0 + $1.total }) > 300 {
                found.stable = found.stable.map { $0.failing(0.3) }
                found.canary = found.canary.map { $0.failing(0.3) }
            }
            window = found
            fold.add(.window(found))
        }
        let harm = try #require(fold.story().harm)
        let errors = fold.story().errors

        #expect(window != nil)
        let (stable, canary) = (errors.stableRequests, errors.canaryRequests)
        let failed = errors.codes.filter { $0.contribution != nil }
        let shares = failed.map { Double($0.canary) / Double(canary) - Double($0.stable) / Double(stable) }
        #expect(shares.reduce(0, +) > 0.05, "by its sums the canary looks worse")
        #expect((harm.extraFailures / Double(harm.requests)).magnitude < 0.01)
        #expect(
            (failed.reduce(0) { $0 + ($1.contribution ?? 0) } * Double(harm.requests) - harm.extraFailures).magnitude
                < 1e-6
        )
    }

    @Test("slow requests are counted at the edge that moved")
    func slow() throws {
        var run = StoryRun(canarySlowdown: 0.2)
        run.play()
        let slow = try #require(run.story.harm?.extraSlow)

        #expect(run.outcome?.word == "rolledBack")
        #expect(slow.extra > 10)
        #expect(run.story.latency.theta ?? 0 > 0.55)
        #expect(run.story.latency.shifts.map(\.quantile).starts(with: [0.5, 0.75, 0.9]))
    }

    @Test("history is thinned before the comparison is")
    func thinning() {
        var run = StoryRun { $0.pace.history = .seconds(3000) }
        run.play()
        let story = run.story

        #expect(story.moments.count <= StoryFold.mostMoments)
        #expect(story.moments.contains { $0.phase == .watching && $0.windows > 1 })
        #expect(story.moments.allSatisfy { $0.phase != .analyzing || $0.windows == 1 })
    }

    @Test("who did what is told with the name and the reason")
    func operators() throws {
        var run = StoryRun()
        run.play(rounds: 40)
        run.command(.pause, by: "alice@laptop", "looking at it")
        run.play(rounds: 5)
        run.command(.rollback, by: nil, "enough")
        run.play(rounds: 30)
        let story = run.story
        let told = story.events.filter { $0.lane == .operatorActions }

        #expect(told.map(\.title) == ["paused by alice@laptop", "rolled back by the operator"])
        #expect(told.map(\.actor) == ["alice@laptop", nil])
        #expect(told.map(\.text) == ["looking at it", "enough"])
        #expect(!story.events.contains { $0.lane == .alerts && $0.title.contains("operator") })
        #expect(story.events.map(\.at) == story.events.map(\.at).sorted())
    }

    @Test("another writer is named, and its weight is not taken for ours")
    func otherWriter() throws {
        var run = StoryRun()
        run.play(rounds: 33)
        run.intrude(40, by: "kustomize-controller")
        run.play(rounds: 5)
        let story = run.story
        let event = try #require(story.events.first { $0.lane == .otherWriters })

        #expect(event.title == "5 % → 40 % by kustomize-controller")
        #expect(event.actor == "kustomize-controller" && event.percent == 40)
        #expect(event.text.contains("flux suspend"))
        #expect(story.highestPercent == 40)
    }

    @Test("rounds without a verdict are told twice, not once a round")
    func silence() {
        var run = StoryRun()
        run.play(rounds: 40)
        run.playBlind(rounds: 6)
        run.play(rounds: 3)
        run.playBlind(rounds: 2)
        run.play(rounds: 3)
        let story = run.story
        let titles = story.events.map(\.title)

        #expect(titles.count { $0 == "telemetry not usable" } == 1)
        #expect(titles.count { $0 == "verdicts again" } == 1)
        #expect(story.quality.unusable.map(\.windows) == [8])
        #expect(story.moments.reduce(0) { $0 + $1.unusable } == 8)
    }

    @Test("a write that is refused again and again is one event")
    func refused() throws {
        var run = StoryRun(canaryErrors: 0.08)
        run.play()
        var entries: [JournalEntry] = []
        for entry in run.entries {
            if case .event(.input(.applied(let snapshot)), let at) = entry, snapshot.weights.canary == 0 {
                let fault = Rollout.RouteFault.unavailable(Reason("unwritable", "the disk is full"))
                entries += Array(repeating: .event(.input(.refused(fault)), at: at), count: 100)
            }
            entries.append(entry)
        }
        let story = StoryRun.story(run.header, entries)
        let refused = story.events.filter { $0.title == "0 % not written" }

        #expect(refused.map(\.text) == ["the disk is full (refused 100 times)"])
        #expect(story.events.contains { $0.title == "5 % → 0 % written" })
    }

    @Test("an interruption is forgotten when the run is taken up")
    func interruption() {
        var run = StoryRun()
        run.play(rounds: 35)
        run.record(.interrupted(Reason("interrupted", "SIGTERM")))
        #expect(run.story.interruption?.text == "SIGTERM")
        #expect(run.story.outcome == nil)
        run.record(.resumed(Reason("resumed", "goes on")))
        #expect(run.story.interruption == nil)
        #expect(run.story.events.suffix(2).map(\.title) == ["interrupted", "taken up again"])
    }

    @Test("a journal without a window has a story")
    func empty() {
        let story = StoryFold(header: Self.good.header).story()

        #expect(story.moments.isEmpty && story.tracks.isEmpty && story.harm == nil)
        #expect(story.events.map(\.title) == ["started"])
        #expect(story.seconds == 0)
    }
}

extension PodWindow {
    /// With this share of its successes as failures.
    fileprivate func failing(_ share: Double) -> PodWindow {
        var pod = self
        let good = pod.requests[0].count
        let failed = Int((Double(good) * share).rounded())
        pod.requests[0].count = good - failed
        pod.requests[2].count += failed
        return pod
    }
}
