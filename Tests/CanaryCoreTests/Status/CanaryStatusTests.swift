import CanaryCore
import Testing

struct CanaryStatusTests {
    private let start = Timestamp(milliseconds: 1_780_000_000_000)

    private func status(
        _ activity: CanaryFacts.Activity,
        _ lab: ReleaseLab = ReleaseLab(),
        gate: Reason? = nil,
        previous: CanaryStatus? = nil,
        after seconds: Int = 0
    ) -> CanaryStatus {
        CanaryStatus(
            CanaryFacts(
                generation: 3,
                stableLabel: "v1",
                canaryLabel: "v2",
                activity: activity,
                memory: lab.memory,
                population: lab.population,
                weights: lab.weights,
                gate: gate
            ),
            previous: previous,
            at: start.advanced(by: .seconds(seconds))
        )
    }

    private func values(_ status: CanaryStatus) -> String {
        StatusCondition.Kind.allCases.map { status.condition($0)?.value.rawValue ?? "-" }.joined(separator: " ")
    }

    @Test(
        "nothing to try is ready; something new reconciles; what was rolled back stalls until something else is there"
    )
    func life() {
        var lab = ReleaseLab()
        var status = status(.between(lab.settle()), lab)
        #expect(status.phase == .idle && values(status) == "True False False")
        #expect(status.observedGeneration == 3)

        lab.deploy("b1", to: .canary)
        lab.canary.ready = 1
        status = self.status(.between(lab.settle()), lab, previous: status)
        #expect(values(status) == "Unknown True False")
        #expect(status.message.hasPrefix("v2 (b1) is not ready: 1 of 3 pods are ready"))

        lab.canary.ready = 3
        let gate = Reason(
            "window",
            "outside of the release windows of the cluster, which open Mon 2026-01-05 09:00 UTC"
        )
        status = self.status(.between(lab.settle()), lab, gate: gate, previous: status, after: 5)
        #expect(status.message.hasPrefix("v2 (b1) is ready and waits: outside"))
        #expect(status.waitingSince == start.advanced(by: .seconds(5)))
        status = self.status(.between(lab.settle()), lab, gate: gate, previous: status, after: 50)
        #expect(status.waitingSince == start.advanced(by: .seconds(5)))

        guard case .begin(let roles, let release) = lab.settle() else { return }
        lab.end(roles, release, ReleaseLab.rolledBack, percent: 0)
        status = self.status(.between(lab.settle()), lab, previous: status, after: 60)
        #expect(status.phase == .idle && values(status) == "False False True")
        #expect(status.condition(.stalled)?.reason == "RolledBack")
        #expect(
            status.message
                == "v2 (b1) was rolled back (run-1: errors 4 pp above stable); it is not tried again without "
                + "`haldane retry reviews -n shop --reason WHY`"
        )
        #expect(status.lastRun?.outcome == "rolledBack" && status.lastRun?.canaryRevision == "b1")

        lab.canary = Population.Side(ready: 0, total: 0)
        status = self.status(.between(lab.settle()), lab, previous: status, after: 70)
        #expect(values(status) == "True False False")
    }

    @Test("a transition's time changes with the value alone")
    func transitions() {
        var lab = ReleaseLab()
        let first = status(.between(lab.settle()), lab)
        lab.deploy("b1", to: .canary)
        let second = status(.between(lab.settle()), lab, previous: first, after: 10)
        lab.stable.ready = 0
        let third = status(.between(lab.settle()), lab, previous: second, after: 20)

        #expect(first.condition(.ready)?.since == start)
        #expect(second.condition(.ready)?.since == start.advanced(by: .seconds(10)))
        #expect(third.condition(.ready)?.since == start.advanced(by: .seconds(10)))
        #expect(third.condition(.stalled)?.since == start)
        #expect(third.condition(.ready)?.message != second.condition(.ready)?.message)
    }

    @Test("versions are named by the part they play")
    func roles() {
        var lab = ReleaseLab(weights: RouteWeights(stable: 0, canary: 100))
        lab.deploy("b1", to: .canary)
        let status = status(.between(lab.settle()), lab)

        #expect(status.stable?.name == "v2" && status.stable?.weight == 100 && status.stable?.revision == "b1")
        #expect(status.canary?.name == "v1" && status.canary?.weight == 0)
    }

    @Test("a run tells its phase, its step and what keeps it")
    func run() {
        let spec = ReleaseLab.spec
        let header = RunHeader(
            version: "0",
            run: "r1",
            startedAt: start,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews",
            by: "haldane-agent"
        )
        var rollout = Rollout(rules: RolloutRules(spec))
        let ledger = RunLedger(startedAt: start)
        let starting = status(.run(header, rollout, ledger))
        #expect(starting.phase == .watching && values(starting) == "Unknown True False")
        #expect(starting.run?.id == "r1")

        let found = RouteSnapshot(
            revision: RouteRevision("1"),
            weights: RouteWeights(stable: 90, canary: 10),
            place: "VirtualService shop/reviews"
        )
        _ = rollout.handle(.routeRead(found), at: start)
        _ = rollout.handle(.gate(Reason("frozen", "the cluster is frozen: audit")), at: start)
        let watching = status(.run(header, rollout, ledger))
        #expect(watching.message.contains("no step up for now: the cluster is frozen: audit"))

        _ = rollout.handle(.command(.init(.pause, reason: "look\u{1B}[2J", by: "alice")), at: start)
        let paused = status(.run(header, rollout, ledger))
        #expect(paused.phase == .paused)
        #expect(!paused.message.contains("\u{1B}"))

        _ = rollout.handle(.command(.init(.rollback, reason: "no", by: "alice")), at: start)
        #expect([.rollingBack, .held].contains(status(.run(header, rollout, ledger)).phase))
    }

    @Test("a freeze after the history is complete keeps a canary that is ready for its step")
    func frozenWhenReady() {
        var spec = ReleaseLab.spec
        spec.pace.history = .seconds(30)
        let header = RunHeader(
            version: "0",
            run: "r1",
            startedAt: start,
            spec: spec,
            roles: .asNamed,
            place: "VirtualService shop/reviews"
        )
        var rollout = Rollout(rules: RolloutRules(spec))
        let found = RouteSnapshot(
            revision: RouteRevision("1"),
            weights: RouteWeights(stable: 100, canary: 0),
            place: "VirtualService shop/reviews"
        )
        _ = rollout.handle(.routeRead(found), at: start)
        _ = rollout.handle(.gate(Reason("frozen", "the cluster is frozen: audit")), at: start)
        let learning = status(.run(header, rollout, RunLedger(startedAt: start)))
        _ = rollout.handle(.priorHistory(windows: 100, seconds: 500), at: start)
        let ready = status(.run(header, rollout, RunLedger(startedAt: start)))

        #expect(learning.message.contains("learning what is normal for v1 before the step to 5 %; no step up for now:"))
        #expect(ready.phase == .watching)
        #expect(ready.message == "v2 is ready for the step to 5 %; waits: the cluster is frozen: audit")
    }

    @Test("a spec that cannot be used stalls with its fault")
    func invalid() {
        let status = status(.invalid(Reason("spec-invalid", "spec.steps: 120 % is above 100 %")))

        #expect(status.phase == .invalid && values(status) == "False False True")
        #expect(status.condition(.ready)?.reason == "SpecInvalid")
    }

    @Test("a promotion that Git does not know yet is ready, and goes on")
    func unsettled() {
        var lab = ReleaseLab()
        _ = lab.settle()
        lab.deploy("b1", to: .canary)
        guard case .begin(let roles, let release) = lab.settle() else { return }
        lab.end(
            roles,
            release,
            .promoted(Reason("baked", "baked"), unsettled: Reason("git", "the commit is not merged")),
            percent: 100
        )
        lab.stable = Population.Side(ready: 0, total: 0)
        let status = status(.between(.idle(Reason("promoted", "v2 was promoted"))), lab)

        #expect(values(status) == "True True False")
        #expect(status.message.contains("promoted(unsettled): the commit is not merged"))
    }

    @Test(
        "reasons of conditions are words as the API takes them",
        arguments: [
            ("release-changed", "ReleaseChanged"), ("a b_c", "ABC"), ("", "Unknown"), ("9lives", "Unknown"),
            ("ünder-way", "NderWay"),
            ("weightNotEffective", "WeightNotEffective"),
        ]
    )
    func words(label: String, word: String) {
        #expect(StatusCondition.word(label) == word)
    }
}
