import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Synchronization
import Testing

@Suite("RolloutDriver")
struct RolloutDriverTests {
    @Test("an equal canary goes through its steps to the end, and the journal tells the same run")
    func promotes() async {
        let rig = RunRig()
        let end = await rig.run()

        #expect(end.outcome?.word == "promoted", "\(String(describing: end.outcome))")
        #expect(
            await rig.store.written == [RouteWeights(stable: 80, canary: 20), RouteWeights(stable: 0, canary: 100)]
        )
        #expect(end.weights == RouteWeights(stable: 0, canary: 100))
        let entries = await rig.journal.durable
        #expect(await rig.journal.entries.count == entries.count, "something was left without a flush")
        #expect(entries.outcomes == [end.outcome])
        let folded = RunRig.fold(entries, rig.header)
        #expect(folded.ledger == end.ledger)
        #expect(folded.rollout.outcome == end.outcome)
        #expect(await rig.clock.sleeps < 400)
    }

    @Test("a failing canary is rolled back and proved empty")
    func rollsBack() async {
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08))
        let end = await rig.run()
        guard case .rolledBack(_, .proved) = end.outcome else {
            Issue.record("\(String(describing: end.outcome))")
            return
        }
        #expect(end.weights == RouteWeights(stable: 100, canary: 0))
        #expect(RunRig.fold(await rig.journal.durable, rig.header).ledger == end.ledger)
    }

    @Test("each write is asked for only after its intent is durable, and its answer follows it")
    func intentFirst() async {
        let journal = FailingJournal()
        let early = Mutex<[WeightPlan]>([])
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0)) { plan in
            let durable = await journal.durable
            if durable.last != durable.last(where: { $0.isIntent(plan.purpose) }) { early.withLock { $0.append(plan) } }
        }
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08), store: store, journal: journal)
        await rig.run()

        #expect(early.withLock { $0 } == [])
        let events = await rig.journal.durable.events
        for (index, event) in events.enumerated() {
            guard case .intent(let plan, _) = event else { continue }
            guard events.indices.contains(index + 1), case .input(.applied(let snapshot)) = events[index + 1] else {
                Issue.record("no answer after the intent \(index)")
                continue
            }
            #expect(snapshot.weights.canaryPercent == plan.canaryPercent)
        }
        #expect(await rig.journal.durable.intents == (await store.asked))
    }

    @Test("a store that is away for a while gets the rollback each second, without waiting for telemetry")
    func retries() async {
        let away = RouteError(.unwritable, "no space left on device", disposition: .retry)
        let asked = Mutex<[Timestamp]>([])
        let clock = Mutex(RunRig.start)
        let rounds = Mutex(0)
        let isFailing = Mutex(false)
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0)) { plan in
            if plan.purpose == .rollback { asked.withLock { $0.append(clock.withLock { $0 }) } }
        }
        let telemetry = ScriptedTelemetry { round in
            if !asked.withLock({ $0.isEmpty }), await store.present?.canary != 0 { rounds.withLock { $0 += 1 } }
            return EvenTraffic(canaryFailures: 0.08).window(
                round: round,
                canaryPercent: await store.present?.canaryPercent ?? 0
            )
        }
        let rig = RunRig(
            store: store,
            slept: { _, now in
                clock.withLock { $0 = now }
                guard await store.written.count == 1,
                    isFailing.withLock({
                        let was = $0
                        $0 = true
                        return !was
                    })
                else { return }
                await store.fail(Array(repeating: .refuse(away), count: 7))
            },
            telemetry: telemetry
        )
        let end = await rig.run()

        #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
        let times = asked.withLock { $0 }
        #expect(times.count == 8)
        for (earlier, later) in zip(times, times.dropFirst()) { #expect(later.since(earlier) == .seconds(1)) }
        #expect(rounds.withLock { $0 } == 0, "telemetry was waited for")
        #expect(rig.observer.words.count { $0 == "notice rollback-not-written" } == 1)
    }

    @Test("a rollback that can never be written ends after its patience, paged, and the loop does not spin")
    func givesUp() async {
        let away = RouteError(.unwritable, "read-only file system", disposition: .stop)
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
        let rig = RunRig(
            traffic: EvenTraffic(canaryFailures: 0.08),
            store: store,
            slept: { _, _ in
                if await store.written.count == 1, await store.asked.count == 1 {
                    await store.fail(Array(repeating: .refuse(away), count: 1000))
                }
            }
        )
        let end = await rig.run()
        guard case .rolledBack(_, .incomplete) = end.outcome else {
            Issue.record("\(String(describing: end.outcome))")
            return
        }
        #expect(end.weights?.canary == 20)
        #expect(await store.asked.count < 610)
        #expect(await rig.clock.sleeps < 900)
    }

    @Test("a step meets another writer, an unanswered write, and a store that is away")
    func steps() async {
        let conflict = RouteError(.conflict, "changed", disposition: .retry)
        let away = RouteError(.unreadable, "timed out", disposition: .retry)
        let never = RouteError(.unsupported, "a third destination")
        let cases: [([InMemoryRouteStore.Fault], String)] = [
            ([.refuse(conflict)], "promoted"),
            ([.refuse(conflict), .refuse(conflict), .refuse(conflict)], "promoted"),
            (Array(repeating: .refuse(conflict), count: 5), "promoted"),
            ([.otherWriter(RouteWeights(stable: 60, canary: 40))], "held(contested)"),
            ([.writeAndFail(away)], "promoted"),
            ([.writeAndFail(conflict)], "promoted"),
            ([.refuse(away), .refuse(away)], "promoted"),
            ([.refuse(never)], "refused(unsupported)"),
        ]
        for (faults, outcome) in cases {
            let rig = RunRig()
            await rig.store.fail(faults)
            let end = await rig.run()
            #expect(end.outcome?.qualifiedWord == outcome, "\(faults): \(String(describing: end.outcome))")
            #expect(await rig.clock.sleeps < 500)
        }
    }

    @Test("a route that goes away and comes back does not end the run; one that stays away does")
    func routeAway() async {
        let gone = RouteError(.missing, "the file does not exist", disposition: .stop)
        for comesBack in [true, false] {
            let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
            let rig = RunRig(
                store: store,
                slept: { count, _ in
                    if count == 10 { await store.failAll(gone) }
                    if comesBack, count == 20 { await store.failAll(nil) }
                }
            )
            let end = await rig.run()
            #expect(end.outcome?.word == (comesBack ? "promoted" : "refused"), "\(String(describing: end.outcome))")
            if !comesBack { #expect(end.weights == nil) }
            #expect(await rig.journal.entries.events.count { if case .notice = $0 { true } else { false } } < 10)
        }
    }

    @Test("rounds that take longer than the interval follow each other, and nothing spins")
    func slow() async {
        let clock = Mutex<ManualRunClock?>(nil)
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
        let telemetry = ScriptedTelemetry { round in
            await clock.withLock { $0 }?.advance(by: .seconds(8))
            return EvenTraffic().window(round: round, canaryPercent: await store.present?.canaryPercent ?? 0)
        }
        let rig = RunRig(store: store, telemetry: telemetry)
        clock.withLock { $0 = rig.clock }
        let end = await rig.run()
        #expect(end.outcome?.word == "promoted", "\(String(describing: end.outcome))")
        let sleeps = await rig.clock.sleeps
        #expect(sleeps <= (await rig.telemetry.rounds))
        for entry in await rig.journal.entries {
            if case .window(let window) = entry { #expect(window.seconds == 5 || window.seconds == 8) }
        }
    }

    @Test("observers see each thing once, in order, and the ledger's steps add up")
    func observers() async {
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08))
        let end = await rig.run()
        let words = rig.observer.words
        #expect(words.first == "started")
        #expect(words.last == "finished rolledBack")
        let told = words.filter { $0 != "judged" && $0 != "started" }
        #expect(told == ["notice step", "wrote 20.0", "notice rolling-back", "wrote 0.0", "finished rolledBack"])
        let times = rig.observer.progress.map(\.at)
        #expect(times == times.sorted())
        let ledger = end.ledger
        #expect(ledger.steps.map(\.percent) == [0, 20, 0])
        #expect(ledger.steps.reduce(0) { $0 + $1.stableRequests } == ledger.stableRequests)
        #expect(ledger.steps.reduce(0) { $0 + $1.canaryRequests } == ledger.canaryRequests)
        #expect(ledger.steps.reduce(0) { $0 + $1.canaryFailures } == ledger.canaryFailures)
        #expect(ledger.steps.reduce(0) { $0 + $1.seconds } == 5 * Double(ledger.windows))
        #expect(words.count { $0 == "judged" } == ledger.windows)
    }

    @Test("a finished run does nothing more when it is driven again")
    func finished() async {
        let first = RunRig()
        await first.run()
        let state = RunRig.fold(await first.journal.durable, first.header)
        let second = RunRig(store: first.store)
        var driver = second.driver(state: state)
        let end = await driver.run(resumption: Reason("resumed", "again"))
        #expect(end.outcome?.word == "promoted")
        #expect(await second.telemetry.rounds == 0)
        #expect(await second.journal.entries.outcomes.isEmpty)
    }

    @Test("recalled history stands in for the watching phase, with its own times, and replays")
    func recalled() async {
        let windows = (1...40).map { round in
            var window = EvenTraffic().window(round: round, canaryPercent: 0)
            window.isHistory = true
            return TimedWindow(at: RunRig.start.advanced(by: .seconds(-600 + 5 * round)), window: window)
        }
        let rig = RunRig()
        var driver = rig.driver()
        let end = await driver.run(recalled: windows)
        #expect(end.outcome?.word == "promoted", "\(String(describing: end.outcome))")
        let events = await rig.journal.entries
        #expect(events.compactMap { if case .event(.recalled, let at) = $0 { at } else { nil } } == windows.map(\.at))
        let watched = events.events.count {
            if case .judged(let context, _) = $0 { context.phase == .watching } else { false }
        }
        #expect(watched == 2, "a baseline, and one window before the first step")
        #expect(RunRig.fold(events, rig.header).ledger == end.ledger)
    }
}
