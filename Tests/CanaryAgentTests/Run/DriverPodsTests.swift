import CanaryAgent
import CanaryCore
import CanaryTestKit
import Testing

/// Pods that are as they are told.
private struct FixedPods: PopulationSource {
    var found: Population?
    func population() async -> Population? { found }
}

@Suite("A driver and the pods, across a restart")
struct DriverPodsTests {
    private static func pods(_ stable: Int, _ canary: Int) -> Population {
        Population(
            stable: .init(ready: stable, total: stable, hashes: ["s1"]),
            canary: .init(ready: canary, total: canary, hashes: ["c1"]),
            namespace: "test1"
        )
    }

    /// A run at 20 % whose journal ends with a step to 100 % asked for, or with a rollback deferred.
    private static func entries(_ rig: RunRig, pods: Population, until: (JournalEntry) -> Bool) async -> [JournalEntry]
    {
        var driver = RolloutDriver(
            header: rig.header,
            state: RunState(header: rig.header),
            source: rig.telemetry,
            store: rig.store,
            population: FixedPods(found: pods),
            journal: rig.journal,
            clock: rig.clock,
            observer: rig.observer,
            inbox: rig.inbox
        )
        _ = await driver.run()
        var kept: [JournalEntry] = []
        for entry in await rig.journal.durable {
            kept.append(entry)
            if until(entry) { break }
        }
        return kept
    }

    @Test("a step left open by a crash is not written when the canary has lost its pods meanwhile")
    func openStep() async throws {
        let first = RunRig()
        let entries = await Self.entries(first, pods: Self.pods(8, 8)) { entry in
            if case .event(.intent(let plan, _), _) = entry { plan.canaryPercent == 100 } else { false }
        }
        #expect(entries.intents.last?.canaryPercent == 100)
        let again = RunRig(store: InMemoryRouteStore(RouteWeights(stable: 80, canary: 20)), at: first.clockEnd(entries))
        var driver = RolloutDriver(
            header: again.header,
            state: RunRig.fold(entries, again.header),
            source: again.telemetry,
            store: again.store,
            population: FixedPods(found: Self.pods(8, 0)),
            journal: again.journal,
            clock: again.clock,
            observer: again.observer,
            inbox: again.inbox
        )
        _ = await driver.run(resumption: Reason("resumed", "test"))
        let intents = await again.journal.durable.intents
        #expect(!intents.contains { $0.canaryPercent == 100 })
    }

    @Test("what was known of the pods before a restart does not hold a rollback up after it")
    func forgotten() async throws {
        let first = RunRig()
        var entries = await Self.entries(first, pods: Self.pods(8, 8)) { entry in
            if case .event(.input(.applied), _) = entry { true } else { false }
        }
        let at = first.clockEnd(entries)
        entries.append(.event(.input(.population(Self.pods(0, 8))), at: at))
        let again = RunRig(store: InMemoryRouteStore(RouteWeights(stable: 80, canary: 20)), at: at)
        again.inbox.send(.command(Rollout.OperatorCommand(.rollback, reason: "test")))
        _ = await {
            var driver = again.driver(state: RunRig.fold(entries, again.header))
            return await driver.run(resumption: Reason("resumed", "test"))
        }()
        let intents = await again.journal.durable.intents
        #expect(intents.first == .allStable)
    }
}

extension RunRig {
    func clockEnd(_ entries: [JournalEntry]) -> Timestamp {
        for case .event(_, let at) in entries.reversed() { return at.advanced(by: .seconds(1)) }
        return Self.start
    }
}
