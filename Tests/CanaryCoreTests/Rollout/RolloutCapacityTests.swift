import CanaryCore
import Testing

@Suite("Pods: what a step needs, and what a rollback can be given")
struct RolloutCapacityTests {
    /// 200 requests a second while watching, so 25 a second for each of 8 stable pods.
    private func started(canary: Int = 8, stable: Int = 8) -> Bench {
        var bench = Bench()
        bench.pods(stable: stable, canary: canary)
        bench.begin()
        return bench
    }

    @Test("no step is taken without a ready canary pod; the run ends held with the command to run")
    func blocked() {
        var bench = Bench()
        bench.pods(stable: 8, canary: 0)
        bench.read(canary: 0)
        let actions = bench.windows(30, stable: 1000, canary: 0)
        #expect(actions.plans.isEmpty && actions.notices.count == 1, "\(actions)")
        #expect(bench.outcome == nil)

        bench.windows(60, stable: 1000, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "held(capacity)")
        #expect(bench.outcome?.reason.text.contains("kubectl -n test1 scale deployment/v2 --replicas=1") == true)
        #expect(bench.outcome?.exitCode == .undecided)
    }

    @Test("a step that waited goes on when the pods are there")
    func unblocked() {
        var bench = Bench()
        bench.pods(stable: 8, canary: 0)
        bench.read(canary: 0)
        bench.windows(40, stable: 1000, canary: 0)

        #expect(bench.pods(stable: 8, canary: 1).notices.count == 1)

        #expect(bench.window(stable: 1000, canary: 0).plans == [WeightPlan(canaryPercent: 5, purpose: .step)])
    }

    @Test("a step needs pods for its share, at twice the load that a stable pod has carried")
    func room() {
        // 100 % of 200 a second needs 4 pods at 50 a second each; 50 % needs 2.
        for (ready, end) in [(2, 50.0), (4, 100)] {
            var bench = started(canary: ready)
            for _ in 0..<4 {
                bench.prove()
                let canary = Int((bench.step?.percent ?? 0) * 10)
                let plans = bench.window(stable: 1000 - canary, canary: canary, .healthy).plans
                guard let plan = plans.first else { break }
                bench.applied(canary: Int(plan.canaryPercent))
            }
            #expect(bench.step?.percent == end, "\(ready) pods")
        }
    }

    @Test("a blocked step ends held(capacity) at the deadline, too")
    func blockedDeadline() {
        var bench = started(canary: 1)
        for _ in 0..<400 where bench.outcome == nil {
            bench.prove()
            let canary = Int((bench.step?.percent ?? 0) * 10)
            let plans = bench.window(stable: 1000 - canary, canary: canary, .healthy).plans
            if let plan = plans.first { bench.applied(canary: Int(plan.canaryPercent)) }
        }
        #expect(bench.outcome?.qualifiedWord == "held(capacity)")
        #expect(bench.outcome?.reason.text.contains("--replicas=2") == true, "\(String(describing: bench.outcome))")
    }

    @Test("a canary that lost its last endpoint is rolled back at once")
    func canaryGone() {
        var bench = started()

        let actions = bench.pods(stable: 8, canary: 0)

        #expect(actions.plans == [.allStable])
        bench.applied(canary: 0)
        bench.windows(40, stable: 1000, canary: 0)
        #expect(bench.outcome?.reason.label == "no-canary-endpoints")
    }

    @Test("nothing is rolled back onto a stable without endpoints; it is done when a pod is ready")
    func stableGone() {
        var bench = started()
        bench.pods(stable: 0, canary: 8)

        let actions = bench.window(.degraded)
        #expect(actions.plans.isEmpty && actions.pages.count == 1, "\(actions)")
        #expect(bench.window(.healthy).plans.isEmpty)
        #expect(bench.command(.rollback).plans.isEmpty)

        #expect(bench.pods(stable: 8, canary: 8).plans == [.allStable])
    }

    @Test("pods that are not known any more do not end the wait for a stable that had none, and promote nothing")
    func stableGoneAndUnknown() {
        var bench = started()
        bench.pods(stable: 0, canary: 8)
        bench.window(.degraded)
        bench.send(.population(nil))
        #expect(bench.window(.degraded).plans.isEmpty)
        #expect(bench.pods(stable: 8, canary: 8).plans == [.allStable])

        var baking = Bench()
        baking.pods(stable: 8, canary: 8)
        baking.reachBake()
        baking.prove()
        baking.pods(stable: 0, canary: 8)
        baking.command(.rollback)
        baking.send(.population(nil))
        for _ in 0..<500 where baking.outcome == nil { baking.window(stable: 0, canary: 1000) }
        #expect(baking.outcome?.qualifiedWord == "held(capacity)")
    }

    @Test("a rollback that is still to be written waits when stable loses its last endpoint")
    func stableGoneWhileWriting() {
        var bench = started()
        #expect(bench.window(.degraded).plans == [.allStable])
        bench.send(.refused(.unavailable(Reason("unreachable", "away"))))
        #expect(bench.pods(stable: 0, canary: 8).pages.count == 1)
        #expect(bench.send(.tick, after: 2).isEmpty)
        #expect(bench.read(canary: 5).plans.isEmpty)
        #expect(bench.pods(stable: 8, canary: 8).plans == [.allStable])
    }

    @Test("a dead canary is not rolled back onto a stable without endpoints either")
    func bothDead() {
        var bench = started()
        bench.pods(stable: 2, canary: 8)
        bench.window(.degraded)
        #expect(bench.rollout.phase.word == "rollingBack")
        bench.pods(stable: 0, canary: 8)
        for _ in 0..<3 { #expect(bench.window(stable: 0, canary: 1000, failures: 1000, .degraded).plans.isEmpty) }
    }

    @Test("more traffic than before is no reason to leave some on the canary while stable has all its pods")
    func growth() {
        var bench = started()
        #expect(bench.window(stable: 1900, canary: 100, .degraded).plans == [.allStable])
    }

    @Test("a stable that stays without endpoints ends the run held(capacity)")
    func stableStaysGone() {
        var bench = started()
        bench.pods(stable: 0, canary: 8)
        for _ in 0..<500 where bench.outcome == nil { bench.window(.degraded) }
        #expect(bench.outcome?.qualifiedWord == "held(capacity)")
    }

    @Test("a rollback moves what stable's pods can carry at once, and the rest as they become ready")
    func partial() {
        var bench = started()
        bench.pods(stable: 4, canary: 8)

        // 200 a second, 25 a second a pod: 4 pods carry half of it.
        var actions = bench.window(stable: 950, canary: 50, .degraded)
        #expect(actions.plans == [], "at 5 % canary stable carries 95 % already")
        #expect(actions.pages.count == 2)
        #expect(bench.rollout.phase.word == "rollingBack")

        actions = bench.pods(stable: 8, canary: 8)
        #expect(actions.plans == [.allStable])
    }

    @Test("a rollback from half of the traffic goes down in parts")
    func parts() {
        var bench = started()
        for percent in [10, 25, 50] {
            bench.prove()
            let canary = Int((bench.step?.percent ?? 0) * 10)
            bench.window(stable: 1000 - canary, canary: canary, .healthy)
            bench.applied(canary: percent)
        }
        bench.pods(stable: 5, canary: 8)

        #expect(
            bench.window(stable: 500, canary: 500, .degraded).plans == [
                WeightPlan(canaryPercent: 22, purpose: .rollback)
            ]
        )
        bench.applied(canary: 22)
        #expect(bench.window(stable: 780, canary: 220).plans.isEmpty)
        #expect(bench.pods(stable: 6, canary: 8).plans == [WeightPlan(canaryPercent: 7, purpose: .rollback)])
        bench.applied(canary: 7)
        #expect(bench.pods(stable: 8, canary: 8).plans == [.allStable])
        bench.applied(canary: 0)
        #expect(bench.rollout.phase.word == "emptying")
    }

    @Test("pods that are not known any more do not hasten a rollback in parts")
    func unknownWhileWaiting() {
        var bench = started()
        bench.pods(stable: 4, canary: 8)
        bench.window(.degraded)
        #expect(bench.send(.population(nil)).plans.isEmpty)
        #expect(bench.window(.degraded).plans.isEmpty)
        #expect(bench.pods(stable: 8, canary: 8).plans == [.allStable])
    }

    @Test("an operator who asks again moves everything to the pods there are, and never to none")
    func insists() {
        var bench = started()
        bench.pods(stable: 4, canary: 8)
        bench.command(.rollback)
        #expect(bench.rollout.phase.word == "rollingBack")
        var without = bench
        without.pods(stable: 0, canary: 8)

        #expect(without.command(.rollback).plans.isEmpty)
        #expect(bench.command(.rollback).plans == [.allStable])
    }

    @Test("a run that began at half of the traffic is rolled back as a whole while stable has all its pods")
    func beganHalfway() {
        var bench = Bench()
        bench.pods(stable: 8, canary: 8)
        bench.read(canary: 50)
        bench.windows(31, stable: 500, canary: 500)
        #expect(bench.step?.percent == 50)

        #expect(bench.window(stable: 500, canary: 500, .degraded).plans == [.allStable])
    }

    @Test("a dead canary moves everything, however few stable pods there are")
    func dead() {
        var bench = started()
        bench.pods(stable: 2, canary: 8)
        bench.window(stable: 950, canary: 50, failures: 50)

        #expect(bench.window(stable: 950, canary: 50, failures: 50, .degraded).plans == [.allStable])
    }

    @Test("a rollback whose pods never come ends incomplete and says what stayed")
    func neverReady() {
        var bench = started()
        bench.pods(stable: 4, canary: 8)
        bench.window(.degraded)
        for _ in 0..<500 where bench.outcome == nil { bench.window() }
        #expect(bench.outcome?.qualifiedWord == "rolledBack(incomplete)")
        #expect(bench.outcome?.reason.label == "degraded")
    }

    @Test("pods that are replaced by another revision during the run mean weight 0")
    func releaseChanged() {
        var bench = started()

        let actions = bench.pods(stable: 8, canary: 8, canaryHash: "c2")

        #expect(actions.plans == [.allStable])
        bench.applied(canary: 0)
        bench.windows(40, stable: 1000, canary: 0)
        #expect(bench.outcome?.reason.label == "release-changed")
        #expect(bench.outcome?.reason.text.hasSuffix("; run again to try it") == true)
    }

    @Test("pods that are replaced under an agent are tried by it, and nobody is told to")
    func releaseChangedUnattended() {
        var bench = Bench(isUnattended: true)
        bench.pods(stable: 8, canary: 8)
        bench.begin()
        bench.pods(stable: 8, canary: 8, canaryHash: "c2")
        bench.applied(canary: 0)
        bench.windows(40, stable: 1000, canary: 0)

        let words = "; what is there now is tried by itself, from the beginning"
        #expect(bench.outcome?.reason.text.hasSuffix(words) == true)
    }

    @Test("a canary that is still being rolled out is waited for, and its revision is the one at the first step")
    func rolloutInProgress() {
        var bench = Bench()
        bench.pods(stable: 8, canary: 2, canaryHash: "c0")
        bench.read(canary: 0)
        bench.send(.population(.sample(stable: 8, canary: 2, canaryHashes: ["c0", "c1"])))
        #expect(bench.windows(31, stable: 1000, canary: 0).plans.isEmpty)
        bench.pods(stable: 8, canary: 2)

        #expect(bench.window(stable: 1000, canary: 0).plans.count == 1)
        bench.applied(canary: 5)
        #expect(bench.rollout.release?.stable == ["s1"] && bench.rollout.release?.canary == ["c1"])
        #expect(bench.outcome == nil)
    }

    @Test("an operator's promotion passes over the load, not over a canary without endpoints")
    func operatorPromotes() {
        var bench = started(canary: 1)
        for percent in [10, 25, 50] {
            #expect(bench.command(.promote).plans == [WeightPlan(canaryPercent: Double(percent), purpose: .step)])
            bench.applied(canary: percent)
        }

        var without = Bench()
        without.pods(stable: 8, canary: 0)
        without.read(canary: 0)
        #expect(without.command(.promote).plans.isEmpty)
    }

    @Test("pods that are not known any more stop a step, and not a rollback")
    func unknown() {
        var bench = started()
        bench.send(.population(nil))
        bench.prove()
        #expect(bench.window(.healthy).plans.isEmpty)
        #expect(bench.window(.degraded).plans == [.allStable])
    }
}

extension Bench {
    @discardableResult
    fileprivate mutating func window(
        stable: Int,
        canary: Int,
        failures: Int,
        _ kind: Verdict.Kind = .undecided
    ) -> [Rollout.Action] {
        let summary = Rollout.WindowSummary(
            seconds: 5,
            stableRequests: stable,
            canaryRequests: canary,
            isUsable: true,
            canaryFailures: failures
        )
        return send(.judged(summary, .sample(kind)), after: 5)
    }
}
