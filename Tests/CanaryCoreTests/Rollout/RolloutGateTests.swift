import CanaryCore
import Testing

/// What keeps a run from stepping up from outside, and what it never keeps from happening.
@Suite struct RolloutGateTests {
    private static let freeze = Reason("freeze", "frozen until Monday: year end")

    /// At 5 %, proved, at a closed gate.
    private func closed() -> Bench {
        var bench = Bench()
        bench.begin()
        bench.prove()
        bench.send(.gate(Self.freeze))
        return bench
    }

    @Test("no step up at a closed gate, and the next healthy verdict after it opens steps up")
    func closesAndOpens() {
        var bench = closed()
        #expect(bench.window(.healthy).plans.isEmpty)

        bench.send(.gate(nil))

        #expect(bench.window(.healthy).plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("the first step waits as well")
    func firstStep() {
        var bench = Bench()
        bench.read(canary: 0)
        bench.send(.gate(Self.freeze))
        #expect(bench.windows(60, stable: 1000, canary: 0).plans.isEmpty)

        bench.send(.gate(nil))

        #expect(bench.window(stable: 1000, canary: 0).plans == [WeightPlan(canaryPercent: 5, purpose: .step)])
    }

    @Test("a share that the canary has already is judged at a closed gate and in a pause, and rolled back if it is bad")
    func foundAtAStep() {
        for close in [Rollout.Input.gate(Self.freeze), .command(.init(.pause, reason: "lunch"))] {
            for found in [25, 30] {
                var bench = Bench()
                bench.read(canary: found)
                bench.send(close)
                let plans = bench.windows(31, stable: 1000 - found * 10, canary: found * 10).plans
                // Between two steps it goes down to the lower one.
                #expect(plans == (found == 25 ? [] : [WeightPlan(canaryPercent: 25, purpose: .step)]))
                if found == 30 { bench.applied(canary: 25) }
                bench.prove()
                #expect(bench.step?.percent == 25)
                #expect(bench.window(stable: 750, canary: 250, .healthy).plans.isEmpty)

                #expect(bench.window(stable: 750, canary: 250, .degraded).plans == [.allStable])
            }
        }
    }

    @Test("a rollback passes, whoever asks for it")
    func rollback() {
        var judged = closed()
        var asked = closed()

        #expect(judged.window(.degraded).plans == [.allStable])
        #expect(asked.command(.rollback).plans == [.allStable])
    }

    @Test("an operator's promotion passes")
    func promotion() {
        var bench = closed()

        #expect(bench.command(.promote).plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("time at a closed gate does not count for the deadline, time before and after it does")
    func deadline() {
        var bench = closed()
        #expect(bench.windows(2000).plans.isEmpty)
        #expect(bench.outcome == nil)

        bench.send(.gate(nil))
        bench.windows(300)
        #expect(bench.outcome == nil)
        bench.windows(60)

        #expect(bench.outcome?.qualifiedWord == "held(deadline)")
    }

    @Test("what is closed is said once, another reason is said again, and that it is open")
    func notices() {
        var bench = Bench()
        bench.begin()

        let texts = [Self.freeze, Self.freeze, Reason("window", "opens Mon 09:00"), nil, nil].map { reason in
            bench.send(.gate(reason), after: 60).notices.map(\.reason.text)
        }

        #expect(texts[0].first?.contains("frozen until Monday") == true)
        #expect(texts[1].isEmpty)
        #expect(texts[2].first?.contains("opens Mon 09:00") == true)
        #expect(texts[3].first?.contains("3 min") == true, "\(texts[3])")
        #expect(texts[4].isEmpty)
    }

    @Test("the bake ends at a closed gate: nothing is raised by it")
    func bake() {
        var bench = Bench()
        bench.reachBake()
        bench.send(.gate(Self.freeze))

        bench.windows(130, stable: 0, canary: 1000, .healthy)

        #expect(bench.outcome?.word == "promoted")
    }

    @Test("a step that met a conflict is not repeated at a gate that closed meanwhile")
    func conflict() {
        var bench = Bench()
        bench.begin()
        bench.prove()
        #expect(bench.window(.healthy).plans.count == 1)
        bench.send(.refused(.conflict(Reason("conflict", "changed"))))
        bench.send(.gate(Self.freeze))

        #expect(bench.read(canary: 5).plans.isEmpty)
        #expect(bench.rollout.phase.word == "analyzing")
    }

    @Test("a run that nobody waits for outlives a route that cannot be read, and a rollback that cannot be written")
    func unattended() {
        var rollout = Rollout(rules: RolloutRules(.sample(), isUnattended: true))
        var now = Timestamp(milliseconds: 1_700_000_000_000)
        let route = RouteSnapshot(
            revision: RouteRevision("r1"),
            weights: RouteWeights(stable: 95, canary: 5),
            place: "route"
        )
        _ = rollout.handle(.routeRead(route), at: now)
        for _ in 0..<500 {
            now = now.advanced(by: .seconds(5))
            _ = rollout.handle(.routeUnreadable(Reason("unreadable", "no answer")), at: now)
        }
        #expect(rollout.outcome == nil)

        _ = rollout.handle(.command(Rollout.OperatorCommand(.rollback, reason: "because")), at: now)
        for _ in 0..<2000 {
            now = now.advanced(by: .seconds(1))
            _ = rollout.handle(.refused(.unavailable(Reason("unwritable", "no answer"))), at: now)
            _ = rollout.handle(.tick, at: now)
        }

        #expect(rollout.outcome == nil)
        #expect(rollout.handle(.routeRead(route), at: now).plans == [.allStable])
    }
}
