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

    @Test("a step whose intent cannot be written down is not written", arguments: [false, true])
    func lostBeforeStep(rollsBack: Bool) async {
        var spec = RunRig.spec
        spec.guards.onJournalLost = rollsBack ? .rollback : .hold
        let rig = RunRig(spec: spec, journal: FailingJournal(breaks: .flush { $0.isIntent(.step) }))
        let end = await rig.run()

        #expect(await rig.store.written == [])
        #expect(end.weights == RouteWeights(stable: 100, canary: 0))
        if rollsBack {
            #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
        } else {
            #expect(end.outcome?.qualifiedWord == "held(journalLost)")
        }
        #expect(rig.observer.words.contains("notice journalLost"))
        #expect(end.ledger.notices.contains { $0.urgency == .page && $0.reason.label == "journalLost" })
    }

    @Test(
        "a journal that is lost while a step is answered ends as the spec says, and the weights told are the real ones"
    )
    func lostAtAnswer() async {
        for fallback in [Guards.Fallback.hold, .rollback] {
            var spec = RunRig.spec
            spec.guards.onJournalLost = fallback
            let rig = RunRig(spec: spec, journal: FailingJournal(breaks: .append { $0.isApplied }))
            let end = await rig.run()
            let present = await rig.store.present
            #expect(end.weights == present)
            switch fallback {
            case .hold:
                #expect(end.outcome?.qualifiedWord == "held(journalLost)")
                #expect(present == RouteWeights(stable: 80, canary: 20))
            case .rollback:
                #expect(end.outcome?.word == "rolledBack")
                #expect(present == RouteWeights(stable: 100, canary: 0))
            }
            #expect(rig.observer.words.count { $0.hasPrefix("finished") } == 1)
            #expect(rig.observer.words.last?.hasPrefix("finished") == true)
        }
    }

    @Test("a rollback is written also when its intent cannot be written down")
    func lostBeforeRollback() async {
        for breaks in [
            FailingJournal.Break.append { $0.isIntent(.rollback) }, .flush { $0.isIntent(.rollback) },
            .append {
                if case .event(.notice(let notice), _) = $0 { notice.reason.label == "rolling-back" } else { false }
            },
        ] {
            let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08), journal: FailingJournal(breaks: breaks))
            let end = await rig.run()
            #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
            #expect(await rig.store.present == RouteWeights(stable: 100, canary: 0))
            #expect(rig.observer.words.count { $0.hasPrefix("finished") } == 1)
        }
    }

    @Test("a journal that breaks at any record leaves a run that ends once, and never spins")
    func lostAnywhere() async {
        let whole = RunRig(traffic: EvenTraffic(canaryFailures: 0.08))
        await whole.run()
        let count = await whole.journal.entries.count
        for fallback in [Guards.Fallback.hold, .rollback] {
            var spec = RunRig.spec
            spec.guards.onJournalLost = fallback
            for position in 0..<count {
                let seen = Mutex(0)
                let journal = FailingJournal(
                    breaks: .append { _ in
                        seen.withLock {
                            $0 += 1
                            return $0 > position
                        }
                    }
                )
                let rig = RunRig(spec: spec, traffic: EvenTraffic(canaryFailures: 0.08), journal: journal)
                let end = await rig.run()
                #expect(end.outcome != nil, "broken at \(position)")
                #expect(rig.observer.words.count { $0.hasPrefix("finished") } == 1, "broken at \(position)")
                #expect(await rig.store.present == end.weights, "broken at \(position)")
                if fallback == .rollback || end.outcome?.word == "rolledBack" {
                    #expect(end.weights?.canary == 0, "broken at \(position)")
                }
            }
        }
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
            (Array(repeating: .refuse(conflict), count: 5), "held(contested)"),
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

    @Test("an interrupt during a sleep or a round ends the run, weights as they are")
    func interrupted() async {
        for isInRound in [false, true] {
            let inbox = RunInbox()
            let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
            let telemetry = ScriptedTelemetry { round in
                if isInRound, round == 32 { inbox.send(.interrupt("interrupted (SIGINT)")) }
                return EvenTraffic().window(round: round, canaryPercent: await store.present?.canaryPercent ?? 0)
            }
            let rig = RunRig(
                store: store,
                inbox: inbox,
                slept: { count, _ in if !isInRound, count == 32 { inbox.send(.interrupt("interrupted (SIGINT)")) } },
                telemetry: telemetry
            )
            let end = await rig.run()
            #expect(end.outcome == nil)
            #expect(end.interruption?.label == "interrupted")
            #expect(end.weights == RouteWeights(stable: 80, canary: 20))
            #expect(await rig.telemetry.rounds <= 34)
            #expect(rig.observer.words.last == "interrupted")
            guard case .interrupted = await rig.journal.durable.events.last else {
                Issue.record("the interrupt is not in the journal")
                continue
            }
        }
    }

    @Test(
        "a rollback, a stop or a signal does not wait for targets that stall, and what they would have told is not lost",
        arguments: [Rollout.OperatorCommand.Verb.rollback, .stop, nil]
    )
    func stalling(verb: Rollout.OperatorCommand.Verb?) async {
        let inbox = RunInbox()
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
        let telemetry = ScriptedTelemetry { round in
            if round == 32 {
                inbox.send(verb.map { .command(Rollout.OperatorCommand($0, reason: "test")) } ?? .interrupt("SIGINT"))
                // Ends by cancellation.
                try? await Task.sleep(for: .seconds(600))
            }
            return EvenTraffic().window(round: round, canaryPercent: await store.present?.canaryPercent ?? 0)
        }
        let rig = RunRig(store: store, inbox: inbox, telemetry: telemetry)
        let start = ContinuousClock.now
        let end = await rig.run()
        #expect(ContinuousClock.now - start < .seconds(60))
        switch verb {
        case .rollback:
            #expect(end.outcome?.word == "rolledBack")
            #expect(end.weights?.canary == 0)
            let lengths = await rig.journal.entries.compactMap {
                if case .window(let window) = $0 { window.seconds } else { nil }
            }
            #expect(lengths.reduce(0, +) == Double(5 * (await rig.telemetry.rounds)))
            #expect(lengths.contains(10), "the window after the one that was broken off is longer")
        case .stop:
            #expect(end.outcome?.word == "stopped")
            #expect(end.weights?.canary == 20)
        default:
            #expect(end.interruption?.label == "interrupted")
            #expect(end.weights?.canary == 20)
        }
        #expect(RunRig.fold(await rig.journal.durable, rig.header).ledger == end.ledger)
    }

    @Test("a cancelled run says so")
    func cancelled() async {
        let rig = RunRig()
        let end = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await rig.run()
        }.value
        #expect(end.outcome == nil)
        #expect(end.interruption?.label == "cancelled")
        #expect(rig.observer.words.last == "interrupted")
    }

    @Test("operator commands work from the inbox, in order")
    func commands() async {
        func outcome(_ verbs: [Rollout.OperatorCommand.Verb]) async -> (RolloutDriver.End, RunRig) {
            let inbox = RunInbox()
            let rig = RunRig(
                inbox: inbox,
                slept: { count, _ in
                    guard count == 36 else { return }
                    for verb in verbs { inbox.send(.command(Rollout.OperatorCommand(verb, reason: "test"))) }
                }
            )
            return (await rig.run(), rig)
        }
        let (rolledBack, rig) = await outcome([.rollback, .promote, .stop])
        #expect(rolledBack.outcome?.word == "stopped", "a stop ends also a rollback on its way")
        #expect(rolledBack.weights?.canary == 0)
        #expect(await rig.store.asked.last == .allStable)
        let (stopped, _) = await outcome([.stop, .rollback])
        #expect(stopped.outcome?.word == "stopped")
        #expect(stopped.weights?.canary == 20)
        let (promoted, promotedRig) = await outcome([.pause, .promote, .resume])
        #expect(promoted.outcome?.word == "promoted")
        #expect(await promotedRig.store.written.last?.canary == 100)
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

    @Test("a write does not wait for whoever is told about it, and the notices arrive all the same")
    func notifiers() async {
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
        let notifier = PatientNotifier(store: store)
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08), store: store)
        var driver = rig.driver(notifier: notifier)
        let end = await driver.run()
        #expect(end.outcome?.word == "rolledBack")
        #expect(await notifier.sawRollback == true)
        #expect(await notifier.labels.contains("rolling-back"))
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
            return RecalledWindow(at: RunRig.start.advanced(by: .seconds(-600 + 5 * round)), window: window)
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

/// Holds each notice back until a rollback was written, or very many turns have passed.
private actor PatientNotifier: Notifier {
    private let store: InMemoryRouteStore
    private(set) var labels: [String] = []
    private(set) var sawRollback: Bool?

    init(store: InMemoryRouteStore) {
        self.store = store
    }

    func notify(_ notice: Notice, about run: RunHeader) async {
        labels.append(notice.reason.label)
        guard sawRollback == nil else { return }
        for _ in 0..<2_000_000 {
            if await store.asked.last == .allStable {
                sawRollback = true
                return
            }
            await Task.yield()
        }
        sawRollback = false
    }
}
