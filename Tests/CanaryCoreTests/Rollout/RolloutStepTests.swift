import CanaryCore
import Testing

@Suite("The steps of a rollout")
struct RolloutStepTests {
    @Test("a healthy verdict at a proved weight takes the next step")
    func advance() {
        var bench = Bench()
        bench.begin()
        bench.prove()

        let actions = bench.window(.healthy)

        #expect(actions.plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("a healthy verdict is not enough before the weight is proved")
    func notProved() {
        var bench = Bench()
        bench.begin()

        let actions = bench.windows(3, .healthy)

        #expect(actions.plans.isEmpty)
    }

    @Test("the window that proves the weight does not also take the step")
    func proofIsOlder() {
        var bench = Bench()
        bench.begin()
        var actions: [Rollout.Action] = []
        while bench.step?.split.isProved == false { actions = bench.window(.healthy) }

        #expect(actions.plans.isEmpty)
    }

    @Test("only a usable, healthy window takes a step", arguments: [Verdict.Kind.undecided, .unknown])
    func notHealthy(kind: Verdict.Kind) {
        var bench = Bench()
        bench.begin()
        bench.prove()

        #expect(bench.window(kind).plans.isEmpty)
        #expect(bench.window(.healthy, isUsable: false).plans.isEmpty)
    }

    @Test("the last step is a promotion, and the bake ends it")
    func bake() {
        var bench = Bench()
        bench.reachBake()
        #expect(bench.rollout.phase.word == "baking")

        bench.windows(119, stable: 0, canary: 1000, .healthy)
        #expect(bench.outcome == nil)
        bench.window(stable: 0, canary: 1000, .healthy)

        #expect(bench.outcome?.word == "promoted")
    }

    @Test("rollback stays armed while baking")
    func degradedInBake() {
        var bench = Bench()
        bench.reachBake()

        let actions = bench.window(stable: 0, canary: 1000, .degraded)

        #expect(actions.plans == [.allStable])
    }

    @Test("a bake whose windows cannot be judged ends after patience, not never")
    func unknownBake() {
        var bench = Bench()
        bench.reachBake()

        bench.windows(120 + 61, stable: 0, canary: 1000, .unknown)

        #expect(bench.outcome?.qualifiedWord == "held(telemetryLost)")
    }

    @Test("a bake that nobody watched, as after a crash, is made up for")
    func unwatchedBake() {
        var bench = Bench()
        bench.reachBake()
        bench.windows(10, stable: 0, canary: 1000, .healthy)
        bench.now = bench.now.advanced(by: .seconds(7200))

        bench.window(stable: 0, canary: 0, .unknown, isUsable: false)
        bench.windows(49, stable: 0, canary: 1000, .healthy)
        #expect(bench.outcome == nil)
        bench.window(stable: 0, canary: 1000, .healthy)

        #expect(bench.outcome?.word == "promoted")
    }

    @Test("a bake of little more than lost telemetry is no promotion")
    func blindBake() {
        var bench = Bench()
        bench.reachBake()

        for _ in 0..<3 {
            bench.windows(55, stable: 0, canary: 0, .unknown, isUsable: false)
            bench.windows(3, stable: 0, canary: 1000, .healthy)
        }

        #expect(bench.outcome == nil)
    }

    @Test("a bake whose weight is never proved is not a promotion and not endless")
    func unprovedBake() {
        var bench = Bench()
        bench.reachBake()

        for _ in 0..<10 {
            bench.window(stable: 0, canary: 1, .healthy)
            bench.windows(19, stable: 0, canary: 0, .healthy)
        }

        #expect(bench.outcome?.qualifiedWord == "held(weightNotEffective)")
    }

    @Test("a last step below 100 % ends promoted there")
    func lastStepBelowHundred() {
        var bench = Bench(steps: [5])
        bench.begin()
        bench.prove()

        bench.window(.healthy)

        #expect(bench.outcome?.word == "promoted")
    }

    @Test("the deadline counts from the first weight change and holds")
    func deadlineHolds() {
        var bench = Bench()
        bench.begin()

        bench.windows(359)
        #expect(bench.outcome == nil)
        let actions = bench.window()

        #expect(bench.outcome?.qualifiedWord == "held(deadline)")
        #expect(actions.plans.isEmpty)
    }

    @Test("the deadline rolls back if the spec wants that")
    func deadlineRollsBack() {
        var bench = Bench(guards: Guards(onDeadline: .rollback))
        bench.begin()

        let actions = bench.windows(360)

        #expect(actions.plans == [.allStable])
    }

    @Test("the bake is not part of the deadline")
    func bakeOutlivesDeadline() {
        var pace = Bench.pace
        pace.deadline = .seconds(400)
        var bench = Bench(pace: pace)
        bench.reachBake()

        bench.windows(120, stable: 0, canary: 1000, .healthy)

        #expect(bench.outcome?.word == "promoted")
    }

    @Test("a weight that the traffic contradicts for a minute holds and names the callers")
    func contradicted() {
        var bench = Bench()
        bench.begin()

        bench.windows(30, stable: 500, canary: 500, callers: ["gateway", "batch"])

        #expect(bench.outcome?.qualifiedWord == "held(weightNotEffective)")
        #expect(bench.outcome?.reason.text.contains("gateway, batch") == true)
    }

    @Test("little traffic leaves the weight neither proved nor contradicted")
    func lowTraffic() {
        var bench = Bench()
        bench.begin()

        bench.windows(20, stable: 1, canary: 0)

        #expect(bench.step?.split.status == .testing)
        #expect(bench.outcome == nil)
    }

    @Test("windows that lag behind say nothing about a weight that was written after them")
    func lag() {
        var bench = Bench()
        bench.begin()
        let written = bench.now

        // 31 s behind: at first everything is from before the step, when the canary had nothing.
        while bench.now.since(written) < .seconds(31 + 15) {
            bench.window(stable: 1000, canary: 0, lag: 31)
            #expect(bench.step?.silentExpected == 0)
        }
        #expect(bench.outcome == nil && bench.step?.split.stable == 0)

        for _ in 0..<20 { bench.window(stable: 950, canary: 50, lag: 31) }
        #expect(bench.step?.split.isProved == true)

        // And a canary that is silent all the same is found.
        for _ in 0..<20 where bench.outcome == nil { bench.window(stable: 1000, canary: 0, lag: 31) }
        guard case .rollingBack(let state) = bench.rollout.phase else {
            Issue.record("\(bench.rollout.phase)")
            return
        }
        #expect(state.reason.label == "canary-silent")
        bench.applied(canary: 0)
        let rolledBack = bench.now
        while bench.outcome == nil, bench.now.since(rolledBack) < .seconds(300) {
            bench.window(stable: 1000, canary: 0, lag: 31)
        }
        #expect(bench.outcome?.qualifiedWord == "rolledBack")
        #expect(bench.now.since(rolledBack) > .seconds(31))
    }

    @Test("a silent canary is rolled back once fifty requests were expected")
    func silent() {
        var bench = Bench()
        bench.begin()
        // Three windows of settling, then 47.5 requests of stable for each 2.5 expected.
        let settling = bench.windows(4, stable: 950, canary: 0)
        let actions = bench.window(stable: 19, canary: 0)

        #expect(settling.plans.isEmpty || actions.plans.isEmpty)
        #expect((settling + actions).plans == [.allStable])
    }

    @Test("where comparability is assumed, stable's many other requests do not make the canary look silent")
    func assumedIsNotSilent() {
        var bench = Bench(comparable: .assume)
        bench.begin()

        let actions = bench.windows(50, stable: 10_000, canary: 0)

        #expect(actions.plans.isEmpty)
        #expect(bench.outcome == nil)
    }

    @Test("where comparability is assumed, a canary that was seen and falls silent is rolled back")
    func assumedSilence() {
        var bench = Bench(comparable: .assume)
        bench.begin()
        bench.windows(10, stable: 10_000, canary: 50)

        let actions = bench.windows(5, stable: 10_000, canary: 0)

        #expect(actions.plans == [.allStable])
    }

    @Test("lost telemetry is waited for: sixty rounds, then the run holds")
    func telemetryLost() {
        var bench = Bench()
        bench.begin()
        bench.window()

        bench.windows(59, stable: 0, canary: 0, .unknown, isUsable: false)
        #expect(bench.outcome == nil)
        bench.window(stable: 0, canary: 0, .unknown, isUsable: false)

        #expect(bench.outcome?.qualifiedWord == "held(telemetryLost)")
    }

    @Test("a process that was away for a while does not take that while for lost telemetry")
    func telemetryAfterAnAbsence() {
        var bench = Bench()
        bench.begin()
        bench.window(stable: 0, canary: 0, .unknown, isUsable: false)
        bench.now = bench.now.advanced(by: .seconds(1200))
        bench.rollout.resumed()

        bench.windows(59, stable: 0, canary: 0, .unknown, isUsable: false)
        #expect(bench.outcome == nil)
        bench.windows(2, stable: 0, canary: 0, .unknown, isUsable: false)

        #expect(bench.outcome?.qualifiedWord == "held(telemetryLost)")
    }

    @Test("short rounds are given a minute all the same")
    func patienceIsAMinute() {
        var pace = Bench.pace
        pace.interval = .milliseconds(100)

        #expect(RolloutRules(.sample(pace: pace)).patience == .seconds(60))
        #expect(RolloutRules(.sample()).patience == .seconds(300))
    }

    @Test("one usable window forgives the lost ones")
    func telemetryBack() {
        var bench = Bench()
        bench.begin()

        for _ in 0..<4 {
            bench.windows(50, stable: 0, canary: 0, .unknown, isUsable: false)
            bench.window()
        }

        #expect(bench.outcome == nil)
    }

    @Test("silence of both versions is lost telemetry, not a silent canary")
    func bothSilent() {
        var bench = Bench()
        bench.begin()

        bench.windows(60, stable: 0, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "held(telemetryLost)")
    }

    @Test("pause keeps the weight, resume lets it rise again")
    func pause() {
        var bench = Bench()
        bench.begin()
        bench.prove()

        bench.command(.pause)
        #expect(bench.window(.healthy).plans.isEmpty)
        bench.command(.resume)

        #expect(bench.window(.healthy).plans.count == 1)
    }

    @Test("a paused run is rolled back like any other")
    func pausedRollback() {
        var bench = Bench()
        bench.begin()
        bench.command(.pause)

        #expect(bench.window(.degraded).plans == [.allStable])
    }

    @Test("an operator may promote before anything is proved")
    func operatorPromotes() {
        var bench = Bench()
        bench.begin()

        #expect(bench.command(.promote).plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("an operator may stop, and the weights stay")
    func operatorStops() {
        var bench = Bench()
        bench.begin()

        let actions = bench.command(.stop)

        #expect(actions.plans.isEmpty)
        #expect(bench.outcome?.word == "stopped")
    }

    @Test("a journal that cannot be written holds, or rolls back if the spec wants that")
    func journalLost() {
        var holding = Bench()
        holding.begin()
        holding.send(.journalLost(Reason("journal", "disk full")))
        #expect(holding.outcome?.qualifiedWord == "held(journalLost)")

        var careful = Bench(guards: Guards(onJournalLost: .rollback))
        careful.begin()
        #expect(careful.send(.journalLost(Reason("journal", "disk full"))).plans == [.allStable])
    }
}
