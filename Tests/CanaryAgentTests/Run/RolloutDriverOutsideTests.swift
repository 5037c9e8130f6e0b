import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Testing

@Suite("RolloutDriver and the outside world")
struct RolloutDriverOutsideTests {
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
