import CanaryCore
import Testing

@Suite("The start of a rollout")
struct RolloutStartTests {
    @Test(
        "a canary at weight 0 is watched for thirty windows and the history asked for, then the first step is written"
    )
    func fromZero() {
        var bench = Bench()
        bench.read(canary: 0)

        let early = bench.windows(29, stable: 1000, canary: 0)
        let last = bench.window(stable: 1000, canary: 0)

        #expect(early.plans.isEmpty)
        #expect(last.plans == [WeightPlan(canaryPercent: 5, purpose: .step)])
        #expect(last.expectedRevisions == [RouteRevision("r1")])
    }

    @Test("thirty windows are not enough while the history is shorter than the spec wants")
    func longHistory() {
        var pace = Bench.pace
        pace.history = .seconds(200)
        var bench = Bench(pace: pace)
        bench.read(canary: 0)

        let early = bench.windows(39, stable: 1000, canary: 0)
        let last = bench.window(stable: 1000, canary: 0)

        #expect(early.plans.isEmpty)
        #expect(last.plans.count == 1)
    }

    @Test("unusable windows are no history")
    func unusableHistory() {
        var bench = Bench()
        bench.read(canary: 0)

        let first = bench.windows(29, stable: 1000, canary: 0)
        let lost = bench.windows(10, stable: 1000, canary: 0, .unknown, isUsable: false)
        let last = bench.window(stable: 1000, canary: 0)

        #expect(first.plans.isEmpty && lost.plans.isEmpty)
        #expect(last.plans.count == 1)
    }

    @Test(
        "windows of absurd length do not keep a run watching for ever",
        arguments: [Double.nan, -Double.infinity, -5]
    )
    func absurdSeconds(seconds: Double) {
        var bench = Bench()
        bench.read(canary: 0)
        let absurd = Rollout.WindowSummary(seconds: seconds, stableRequests: 10, canaryRequests: 0, isUsable: true)
        bench.send(.judged(absurd, .sample(.undecided)))

        let actions = bench.windows(30, stable: 1000, canary: 0)

        #expect(actions.plans.count == 1)
    }

    @Test("history of an earlier run shortens the watching")
    func priorHistory() {
        var bench = Bench()
        bench.send(.priorHistory(windows: 100, seconds: 500))
        bench.read(canary: 0)

        let actions = bench.window(stable: 1000, canary: 0)

        #expect(actions.plans.count == 1)
    }

    @Test("a canary found at a step begins there, without a write")
    func atAStep() {
        var bench = Bench()
        bench.read(canary: 25)

        let actions = bench.windows(30, stable: 750, canary: 250)

        #expect(actions.plans.isEmpty)
        #expect(bench.step?.step == 2)
        #expect(bench.step?.percent == 25)
    }

    @Test("a weight that was found has to show in the traffic before it may be left upwards")
    func foundWeightIsProved() {
        var bench = Bench()
        bench.read(canary: 25)
        bench.windows(30, stable: 750, canary: 250)

        let actions = bench.windows(20, stable: 1000, canary: 1, .healthy)

        #expect(actions.plans.isEmpty)
        #expect(bench.outcome?.qualifiedWord == "held(weightNotEffective)")
    }

    @Test("a canary found between two steps begins at the lower one")
    func betweenSteps() {
        var bench = Bench()
        bench.read(canary: 17)

        let actions = bench.windows(30, stable: 830, canary: 170)

        #expect(actions.plans == [WeightPlan(canaryPercent: 10, purpose: .step)])
    }

    @Test("a canary found below the first step is refused")
    func belowFirstStep() {
        var bench = Bench()

        let actions = bench.read(canary: 3)

        #expect(bench.outcome?.qualifiedWord == "refused(weight-below-first-step)")
        #expect(actions.outcomes.count == 1)
    }

    @Test("a canary found at a last step below 100 % is judged there and promoted")
    func atLastStep() {
        var bench = Bench(steps: [5, 20])
        bench.read(canary: 20)
        bench.windows(30, stable: 800, canary: 200)

        bench.prove()
        let actions = bench.window(stable: 800, canary: 200, .healthy)

        #expect(actions.plans.isEmpty)
        #expect(bench.outcome?.word == "promoted")
    }

    @Test(
        "the destination that carries the traffic is stable, whatever its name",
        arguments: [
            (0, Roles.asNamed), (25, .asNamed), (50, .asNamed), (51, .exchanged), (100, .exchanged),
        ]
    )
    func roles(canary: Int, expected: Roles) {
        #expect(Roles(found: RouteWeights(stable: 100 - canary, canary: canary)) == expected)
    }

    @Test("a rule that governs only a part of stable's users is refused")
    func notComparable() {
        var bench = Bench()

        bench.read(canary: 0, reach: .segmentOfStable(elsewhere: "rule 2"))

        #expect(bench.outcome?.qualifiedWord == "refused(notComparable)")
        #expect(bench.outcome?.reason.text.contains("rule 2") == true)
    }

    @Test("telemetry that selects the rule's segment makes the versions comparable")
    func matchedSegment() {
        var bench = Bench(match: ["route_name": "staff"])

        bench.read(canary: 0, reach: .segmentOfStable(elsewhere: "rule 2"))

        #expect(bench.outcome == nil)
    }

    @Test("a user may vouch for comparability")
    func assumedComparable() {
        var bench = Bench(comparable: .assume)

        bench.read(canary: 0, reach: .segmentOfStable(elsewhere: "rule 2"))

        #expect(bench.outcome == nil)
    }

    @Test("a spec without steps is refused")
    func noSteps() {
        var bench = Bench(steps: [])

        bench.read(canary: 0)

        #expect(bench.outcome?.qualifiedWord == "refused(no-steps)")
    }

    @Test("a canary that is reached at weight 0 is named once while watching")
    func bypass() {
        var bench = Bench()
        bench.read(canary: 0)

        let actions = bench.windows(5, stable: 900, canary: 100, callers: ["gateway"])

        #expect(actions.notices.count == 1)
        #expect(actions.notices.first?.reason.text.contains("gateway") == true)
    }

    @Test("one failed read of the route does not end the watching, a minute of them does before anything was written")
    func unreadableWhileWatching() {
        var bench = Bench()
        bench.read(canary: 0)
        for _ in 0..<200 where bench.rollout.phase.word == "watching" {
            bench.send(.routeUnreadable(Reason("unreadable", "no answer")))
            bench.window(stable: 0, canary: 0, isUsable: false)
            bench.read(canary: 0)
            bench.window(stable: 1000, canary: 0)
        }
        #expect(bench.rollout.phase.word == "stepping")

        var other = Bench()
        other.read(canary: 0)
        for _ in 0..<60 { other.send(.routeUnreadable(Reason("unreadable", "no answer"))) }
        #expect(other.outcome?.qualifiedWord == "refused(unreadable)")
    }

    @Test("a route that cannot be read at the start is refused")
    func unreadableAtStart() {
        var bench = Bench()

        bench.send(.routeUnreadable(Reason("missing", "there is no such file")))

        #expect(bench.outcome?.qualifiedWord == "refused(missing)")
    }

    @Test("telemetry lost while nothing is written holds, even if the spec wants a rollback")
    func lostWhileWatching() {
        var bench = Bench(guards: Guards(onTelemetryLost: .rollback))
        bench.read(canary: 0)

        let actions = bench.windows(61, stable: 0, canary: 0, .unknown, isUsable: false)

        #expect(actions.plans.isEmpty)
        #expect(bench.outcome?.qualifiedWord == "held(telemetryLost)")
    }

    @Test("a rollback before anything was written only ends the run")
    func rollbackUntouched() {
        var bench = Bench()
        bench.read(canary: 0)

        let actions = bench.command(.rollback)

        #expect(actions.plans.isEmpty)
        #expect(bench.outcome?.word == "stopped")
    }

    @Test("a canary that fails while it is watched at its found weight is rolled back at once")
    func degradedWhileWatching() {
        var bench = Bench()
        bench.read(canary: 25)

        let actions = bench.window(stable: 750, canary: 250, .degraded)

        #expect(actions.plans == [.allStable])
    }
}
