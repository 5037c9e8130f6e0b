import CanaryCore
import Testing

/// The cluster's API away under a run that nobody waits for; telemetry comes from the pods and goes on.
@Suite("An outage of the API, as a run sees it")
struct RolloutOutageTests {
    private static let away = Reason("unreachable", "the server cannot be reached")
    private static let freeze = Reason("freeze", "frozen until Monday: year end")

    private func unattended() -> Bench {
        var bench = Bench(isUnattended: true)
        bench.pods(stable: 8, canary: 8)
        return bench
    }

    /// At 5 %, proved.
    private func started() -> Bench {
        var bench = unattended()
        bench.begin()
        bench.prove()
        return bench
    }

    /// Rounds of 5 s in which the route cannot be read and steps cannot be written.
    private func spend(_ rounds: Int, _ bench: inout Bench, stable: Int = 950, canary: Int = 50, _ kind: Verdict.Kind) {
        for _ in 0..<rounds {
            bench.send(.routeUnreadable(Self.away))
            bench.send(.population(nil))
            if !bench.window(stable: stable, canary: canary, kind).plans.isEmpty {
                bench.send(.refused(.unavailable(Self.away)))
            }
        }
    }

    @Test("an outage longer than the deadline, with pods unknown, leaves the run as it was; then it goes on")
    func longer() {
        var bench = started()

        spend(720, &bench, .healthy)
        #expect(bench.outcome == nil)
        #expect(bench.rollout.phase.word == "analyzing")

        bench.read(canary: 5)
        bench.pods(stable: 8, canary: 8)
        #expect(bench.window(.healthy).plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("the first step that went unanswered and landed is found when the route can be read, however late")
    func landed() {
        var bench = unattended()
        bench.read(canary: 0)
        #expect(bench.windows(30, stable: 1000, canary: 0).plans.count == 1)
        bench.send(.refused(.unavailable(Self.away)))
        var said: [String] = []
        for _ in 0..<720 {
            bench.send(.routeUnreadable(Self.away))
            bench.send(.population(nil))
            let actions = bench.window(stable: 950, canary: 50, .undecided)
            said += actions.notices.map(\.reason.label)
            if !actions.plans.isEmpty { bench.send(.refused(.unavailable(Self.away))) }
        }

        #expect(bench.outcome == nil)
        #expect(!said.contains("bypass"), "our own step is no way past the rule: \(said)")
        bench.pods(stable: 8, canary: 8)
        bench.read(canary: 5)
        #expect(bench.step?.percent == 5)
        #expect(bench.window(.degraded).plans == [.allStable])
    }

    @Test("time without the route does not count for the deadline, and is not left out twice at a closed gate")
    func overlap() {
        // Rounds of 5 s: g closes or opens the gate, a takes the route away or brings it back.
        for order in ["ag", "ga"] {
            for isNested in [false, true] {
                var bench = started()
                let before = bench.rollout.decidingTime(at: bench.now)?.inSeconds ?? 0
                let ends = isNested ? String(order.reversed()) : order
                var isAway = false
                func toggle(_ letter: Character, _ on: Bool, _ bench: inout Bench) {
                    if letter == "g" {
                        bench.send(.gate(on ? Self.freeze : nil))
                    } else {
                        isAway = on
                        if !on { bench.read(canary: 5) }
                    }
                }
                func pass(_ rounds: Int, _ bench: inout Bench) {
                    for _ in 0..<rounds {
                        if isAway { bench.send(.routeUnreadable(Self.away)) }
                        bench.window(.undecided)
                    }
                }
                for letter in order {
                    toggle(letter, true, &bench)
                    pass(20, &bench)
                }
                for letter in ends {
                    toggle(letter, false, &bench)
                    if letter != ends.last { pass(20, &bench) }
                }
                let counted = (bench.rollout.decidingTime(at: bench.now)?.inSeconds ?? 0) - before
                // The route is noticed to be away in the round that cannot read it.
                #expect(counted <= 5, "\(order), then \(ends): \(counted) s of 300 s counted")
                #expect(counted >= 0, "\(order), then \(ends)")
            }
        }
    }

    @Test("pods that cannot be seen and pods that are too few are two waits: the second begins when they are seen")
    func twoWaits() {
        var bench = unattended()
        bench.read(canary: 0)
        bench.send(.population(nil))
        #expect(bench.windows(400, stable: 1000, canary: 0).plans.isEmpty)
        #expect(bench.outcome == nil)

        bench.pods(stable: 8, canary: 0)
        bench.windows(55, stable: 1000, canary: 0)
        #expect(bench.outcome == nil)
        bench.windows(10, stable: 1000, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "held(capacity)")
    }

    @Test("somebody who waits for a run is told after five minutes that the pods cannot be seen")
    func attended() {
        var bench = Bench()
        bench.pods(stable: 8, canary: 8)
        bench.read(canary: 0)
        bench.send(.population(nil))
        bench.windows(100, stable: 1000, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "held(capacity)")
        #expect(bench.outcome?.reason.text.contains("not known") == true)
    }
}
