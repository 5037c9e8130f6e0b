import CanaryCore
import Testing

@Suite("Rolling back")
struct RolloutRollbackTests {
    private func rollingBack() -> Bench {
        var bench = Bench()
        bench.begin()
        bench.window(.degraded)
        return bench
    }

    @Test("a degraded verdict pages and writes all-stable over the revision that was read")
    func degraded() {
        var bench = Bench()
        bench.begin()

        let actions = bench.window(.degraded)

        #expect(actions.plans == [.allStable])
        #expect(actions.expectedRevisions == [RouteRevision("r2")])
        #expect(actions.pages.count == 1)
    }

    @Test("an operator's rollback is immediate, also while a step is being written")
    func whileStepping() {
        var bench = Bench()
        bench.read(canary: 0)
        bench.windows(30, stable: 1000, canary: 0)
        #expect(bench.rollout.phase.word == "stepping")

        #expect(bench.command(.rollback).plans == [.allStable])
    }

    @Test("a step that is written after the rollback was asked for is undone")
    func lateStep() {
        var bench = Bench()
        bench.read(canary: 0)
        bench.windows(30, stable: 1000, canary: 0)
        bench.command(.rollback)

        #expect(bench.applied(canary: 5).plans == [.allStable])
    }

    @Test("the rollback is complete when telemetry proves that the canary gets nothing")
    func proved() {
        var bench = rollingBack()
        bench.applied(canary: 0)
        #expect(bench.rollout.phase.word == "emptying")

        bench.window(stable: 500, canary: 20)
        bench.window(stable: 1000, canary: 0)
        #expect(bench.outcome == nil)
        bench.window(stable: 1000, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "rolledBack")
    }

    @Test("requests that still reach the canary make it incomplete, with their callers")
    func incomplete() {
        var bench = rollingBack()
        bench.applied(canary: 0)

        bench.windows(40, stable: 950, canary: 50, callers: ["batch"])

        #expect(bench.outcome?.qualifiedWord == "rolledBack(incomplete)")
        guard case .rolledBack(_, .incomplete(let cause)) = bench.outcome else { return }
        #expect(cause.contains("batch"))
    }

    @Test("too little traffic proves nothing")
    func tooLittleTraffic() {
        var bench = rollingBack()
        bench.applied(canary: 0)

        bench.windows(40, stable: 1, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "rolledBack(incomplete)")
    }

    @Test("where comparability is assumed, other users' requests do not prove the canary empty")
    func assumedEmptiness() {
        var bench = Bench(comparable: .assume)
        bench.begin()
        bench.windows(30, stable: 10_000, canary: 5)
        bench.command(.rollback)
        bench.applied(canary: 0)

        bench.windows(1, stable: 4000, canary: 0)
        bench.windows(1, stable: 4000, canary: 0)
        #expect(bench.outcome == nil)
        bench.windows(2, stable: 10_000, canary: 0)

        #expect(bench.outcome?.qualifiedWord == "rolledBack")
    }

    @Test("an outage of the store is retried each second for ten minutes, and is no second writer")
    func outage() {
        var bench = rollingBack()
        var plans = 0
        bench.send(.refused(.unavailable(Reason("unwritable", "no answer"))))
        for _ in 0..<500 {
            guard bench.rollout.wakeAt == bench.now.advanced(by: .seconds(1)) else { break }
            guard bench.send(.tick, after: 1).readsRoute else { break }
            plans += bench.read(canary: 5).plans.count
            bench.send(.refused(.unavailable(Reason("unwritable", "no answer"))))
        }
        #expect(plans == 500)
        #expect(bench.outcome == nil)

        bench.send(.tick, after: 1)
        bench.read(canary: 5)
        bench.applied(canary: 0)

        #expect(bench.rollout.phase.word == "emptying")
    }

    @Test("a rollback that cannot be written for ten minutes pages and says so")
    func neverWritten() {
        var bench = rollingBack()
        var actions: [Rollout.Action] = []
        for _ in 0..<700 where bench.outcome == nil {
            bench.send(.tick, after: 1)
            actions += bench.send(.routeUnreadable(Reason("unreadable", "no answer")))
        }

        #expect(bench.outcome?.qualifiedWord == "rolledBack(incomplete)")
        #expect(actions.pages.count == 2)
    }

    @Test("a tick too early does nothing, and a clock set back does not put the retry off")
    func retryClock() {
        var bench = rollingBack()
        bench.send(.refused(.unavailable(Reason("unwritable", "no answer"))))

        #expect(bench.send(.tick, after: 0.5).isEmpty)
        #expect(bench.send(.tick, after: -3600).readsRoute)
    }

    @Test("conflicts over other fields are met again and again, without spinning and without giving up")
    func conflicts() {
        var bench = rollingBack()
        var immediate = 0
        var written = 0
        for _ in 0..<20 {
            if bench.send(.refused(.conflict(Reason("conflict", "status was written")))).readsRoute { immediate += 1 }
            bench.send(.tick, after: 1)
            bench.revision += 1
            guard bench.read(canary: 5).plans == [.allStable] else { break }
            written += 1
        }

        #expect(written == 20)
        #expect(immediate == 3)
        #expect(bench.outcome == nil)
    }

    @Test("a second writer is written over three times, then somebody is paged")
    func secondWriter() {
        var bench = rollingBack()
        bench.applied(canary: 0)
        for _ in 0..<3 {
            #expect(bench.read(canary: 5).plans == [.allStable])
            bench.applied(canary: 0)
        }

        let actions = bench.read(canary: 5)

        #expect(actions.plans.isEmpty)
        #expect(actions.pages.count == 1)
        #expect(bench.outcome?.qualifiedWord == "rolledBack(incomplete)")
    }

    @Test("a lost journal does not stop a rollback")
    func journalLost() {
        var bench = rollingBack()

        bench.send(.journalLost(Reason("journal", "disk full")))
        bench.applied(canary: 0)

        #expect(bench.rollout.phase.word == "emptying")
    }

    @Test("nothing raises the weight once a rollback was asked for")
    func noWayBack() {
        var bench = rollingBack()

        let actions = bench.command(.promote) + bench.window(.healthy) + bench.command(.resume)

        #expect(actions.plans.isEmpty)
    }
}
