import CanaryCore
import Testing

@Suite("Other writers of the route")
struct RolloutContestTests {
    @Test("a canary that somebody else took the traffic from ends the run, weights left alone")
    func emptied() {
        var watching = Bench()
        watching.read(canary: 0)
        watching.read(canary: 33)
        #expect(watching.outcome?.qualifiedWord == "held(contested)")

        var analyzing = Bench()
        analyzing.begin()
        var baking = Bench()
        baking.reachBake()
        for var bench in [analyzing, baking] {
            let phase = bench.rollout.phase.word
            let actions = bench.read(canary: 0)

            #expect(bench.outcome?.qualifiedWord == "held(contested)", "\(phase)")
            #expect(actions.plans.isEmpty, "\(phase)")
        }
    }

    @Test("somebody else's weights stop the promotion and leave the rollback armed")
    func armed() {
        var analyzing = Bench()
        analyzing.begin()
        var baking = Bench()
        baking.reachBake()
        for var bench in [analyzing, baking] {
            let phase = bench.rollout.phase.word
            let actions = bench.read(canary: 33)
            #expect(bench.outcome == nil && actions.plans.isEmpty && actions.pages.count == 1, "\(phase)")
            #expect(bench.rollout.judgingContext.canaryPercent == 33)

            #expect(bench.window(stable: 670, canary: 330, .healthy).isEmpty, "\(phase): nothing is promoted")
            #expect(bench.window(stable: 670, canary: 330, .degraded).plans == [.allStable], "\(phase)")
        }
    }

    @Test("a contested run ends held at its deadline, and names the other writer with the command that stops it")
    func contestedDeadline() {
        var bench = Bench()
        bench.begin()
        var foreign = bench.snapshot(canary: 33)
        foreign.writer = "kustomize-controller"
        let pages = bench.send(.routeRead(foreign)).pages
        #expect(pages.first?.reason.text.contains("flux suspend kustomization") == true, "\(pages)")

        for _ in 0..<400 where bench.outcome == nil { bench.window(stable: 670, canary: 330, .healthy) }

        #expect(bench.outcome?.qualifiedWord == "held(contested)")
        #expect(bench.outcome?.reason.text.contains("'kustomize-controller'") == true)
    }

    @Test("an operator's promotion ends the contest")
    func promotedContest() {
        var bench = Bench()
        bench.begin()
        bench.read(canary: 33)

        #expect(bench.command(.promote).plans == [WeightPlan(canaryPercent: 50, purpose: .step)], "up, not down")
        bench.applied(canary: 50)

        #expect(bench.rollout.contest == nil)
    }

    @Test("an operator's promotion at the last step puts the foreign weights right before it ends")
    func promotedContestAtTheEnd() {
        var bench = Bench()
        bench.reachBake()
        bench.read(canary: 60)

        #expect(bench.command(.promote).plans == [WeightPlan(canaryPercent: 100, purpose: .promotion)])
        #expect(bench.outcome == nil)
        bench.applied(canary: 100)
        #expect(bench.rollout.phase.word == "baking")
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

    @Test(
        "a conflict is read again and the step is asked for again, three times and then after the next healthy verdict"
    )
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
        #expect(bench.read(canary: 5).plans.isEmpty)

        #expect(bench.outcome == nil)
        #expect(bench.window(.healthy).plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("a conflict with other weights stops the promotion")
    func conflictingWeights() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.window(.healthy)
        bench.send(.refused(.conflict(Reason("conflict", "changed"))))

        let actions = bench.read(canary: 50)

        #expect(actions.plans.isEmpty && actions.pages.count == 1)
        #expect(bench.window(stable: 500, canary: 500, .degraded).plans == [.allStable])
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
