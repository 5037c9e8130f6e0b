import CanaryCore
import Testing

@Suite("Other writers of the route")
struct RolloutContestTests {
    @Test("weights changed by somebody else end the run and are left alone")
    func contested() {
        var watching = Bench()
        watching.read(canary: 0)
        var analyzing = Bench()
        analyzing.begin()
        var baking = Bench()
        baking.reachBake()

        for var bench in [watching, analyzing, baking] {
            let phase = bench.rollout.phase.word
            let actions = bench.read(canary: 33)

            #expect(bench.outcome?.qualifiedWord == "held(contested)", "\(phase)")
            #expect(actions.plans.isEmpty, "\(phase)")
        }
    }

    @Test("a change of the object that leaves the weights alone is adopted")
    func formatting() {
        var bench = Bench()
        bench.begin()
        bench.revision = 77
        bench.read(canary: 5)
        bench.prove()

        let actions = bench.window(.healthy)

        #expect(actions.expectedRevisions == [RouteRevision("r77")])
    }

    @Test("a conflict is read again and the step is asked for again, at most three times")
    func conflict() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.window(.healthy)

        for attempt in 1...3 {
            #expect(bench.send(.refused(.conflict(Reason("conflict", "changed")))).readsRoute)
            bench.revision += 1
            #expect(
                bench.read(canary: 5).plans == [WeightPlan(canaryPercent: 10, purpose: .step)],
                "attempt \(attempt)"
            )
        }
        bench.send(.refused(.conflict(Reason("conflict", "changed"))))
        bench.read(canary: 5)

        #expect(bench.outcome?.qualifiedWord == "held(contested)")
    }

    @Test("a conflict with other weights ends the run")
    func conflictingWeights() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.window(.healthy)
        bench.send(.refused(.conflict(Reason("conflict", "changed"))))

        bench.read(canary: 50)

        #expect(bench.outcome?.qualifiedWord == "held(contested)")
    }

    @Test("a step that could not be written is asked for again after the next healthy verdict")
    func unavailable() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.window(.healthy)

        let answer = bench.send(.refused(.unavailable(Reason("unwritable", "timeout"))))

        #expect(answer.plans.isEmpty && answer.notices.count == 1)
        #expect(bench.window(.undecided).plans.isEmpty)
        #expect(bench.window(.healthy).plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("a step whose answer was lost is not a second writer's")
    func lostAnswer() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.window(.healthy)
        bench.send(.refused(.unavailable(Reason("unwritable", "timeout"))))

        bench.read(canary: 10)

        #expect(bench.outcome == nil)
        #expect(bench.step?.percent == 10)
    }

    @Test("a route that cannot be edited ends the run")
    func impossible() {
        var untouched = Bench()
        untouched.read(canary: 0)
        untouched.windows(30, stable: 1000, canary: 0)
        untouched.send(.refused(.impossible(Reason("unsupported", "an alias"))))
        #expect(untouched.outcome?.qualifiedWord == "refused(unsupported)")

        var later = Bench()
        later.begin()
        later.prove()
        later.window(.healthy)
        later.send(.refused(.impossible(Reason("unsupported", "an alias"))))
        #expect(later.outcome?.word == "held")
    }

    @Test("a step that a crash left open is not written on an old verdict")
    func staleStep() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.window(.healthy)
        bench.now = bench.now.advanced(by: .seconds(7200))

        let actions = bench.read(canary: 5)

        #expect(actions.plans.isEmpty)
        #expect(bench.rollout.phase.word == "analyzing")
    }

    @Test("scattered failures to read the route do not add up")
    func scatteredFailures() {
        var bench = Bench()
        bench.begin()

        for _ in 0..<100 {
            bench.send(.routeUnreadable(Reason("unreadable", "no answer")))
            bench.window()
            bench.window()
        }

        #expect(bench.outcome == nil)
    }
}
