import CanaryAgent
import CanaryCore
import CanaryTelemetry
import CanaryTestKit
import Synchronization
import Testing

@Suite("Stable without ready pods for a while", .timeLimit(.minutes(1)))
struct StableOutageTests {
    /// The pods, and the rounds in which stable has none that are ready, both counted from the first step.
    private final class World: PopulationSource {
        let away: Range<Int>
        private let step = Mutex<(round: Int?, current: Int)>((nil, 0))

        init(away: Range<Int>) {
            self.away = away
        }

        /// Notes a round at a weight, and says whether stable is there in it.
        func note(round: Int, percent: Double) -> Bool {
            step.withLock { state in
                if percent > 0, state.round == nil { state.round = round }
                state.current = state.round.map { round - $0 } ?? -1
                return !away.contains(state.current)
            }
        }

        func population() async -> Population? {
            let isAway = step.withLock { away.contains($0.current + 1) }
            return Population(
                stable: .init(ready: isAway ? 0 : 4, total: 4, hashes: ["s1"]),
                canary: .init(ready: 2, total: 2, hashes: ["c1"]),
                namespace: "test1"
            )
        }
    }

    /// What was seen of a run to its end.
    private static func run(away: Range<Int>) async -> [RunProgress] {
        let world = World(away: away)
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
        let traffic = EvenTraffic(requests: 1500)
        let rig = RunRig(
            store: store,
            telemetry: ScriptedTelemetry { round in
                let percent = await store.present?.canaryPercent ?? 0
                var window = traffic.window(round: round, canaryPercent: percent)
                if !world.note(round: round, percent: percent) { window.stable = [] }
                return window
            }
        )
        var driver = RolloutDriver(
            header: rig.header,
            state: RunState(header: rig.header),
            source: rig.telemetry,
            store: rig.store,
            population: world,
            journal: rig.journal,
            clock: rig.clock,
            observer: rig.observer,
            inbox: rig.inbox
        )
        _ = await driver.run()
        return rig.observer.progress
    }

    /// How long the first step was judged, in seconds; nil if the run never went past it.
    private static func stepSeconds(_ progress: [RunProgress]) -> Double? {
        let writes = progress.filter { if case .wrote = $0.happening { true } else { false } }
        guard writes.count == 2 else { return nil }
        return writes[1].at.since(writes[0].at).inSeconds
    }

    private static func notices(_ progress: [RunProgress]) -> [Notice] {
        progress.compactMap { if case .notice(let notice) = $0.happening { notice } else { nil } }
    }

    private static func status(_ progress: RunProgress) -> String {
        let facts = CanaryFacts(
            generation: 1,
            stableLabel: "v1",
            canaryLabel: "v2",
            activity: .run(progress.header, progress.rollout, progress.ledger),
            memory: ReleaseMemory(),
            population: progress.rollout.population
        )
        return CanaryStatus(facts, previous: nil, at: progress.at).message
    }

    @Test(
        "what was proved before is kept: the step lasts longer by the time without stable, and by two rounds at most",
        arguments: [1..<4, 6..<9, 12..<15]
    )
    func kept(away: Range<Int>) async throws {
        let usual = try #require(Self.stepSeconds(await Self.run(away: 0..<0)))
        let progress = await Self.run(away: away)

        let longer = try #require(Self.stepSeconds(progress), "\(Self.notices(progress))") - usual
        #expect((15...25).contains(longer), "\(longer) s")
        if case .promoted? = progress.last?.rollout.outcome {} else { Issue.record("\(Self.notices(progress))") }
    }

    @Test("that stable is away and that it is back is told once each, with how long is waited at most")
    func told() async {
        let progress = await Self.run(away: 6..<9)

        let notices = Self.notices(progress).filter { $0.reason.label.hasPrefix("stable-") }
        #expect(notices.map(\.reason.label) == ["stable-away", "stable-back"])
        #expect(notices.map(\.urgency) == [.warning, .info])
        #expect(notices.first?.reason.text.contains("0 of 4 pods") == true, "\(notices)")
        #expect(notices.last?.reason.text.contains("after 15 s") == true, "\(notices)")
        // The first step was at 22:15:50, the deadline is 20 minutes.
        #expect(notices.allSatisfy { $0.reason.text.contains("held as it is at 2023-11-14T22:35:50Z") }, "\(notices)")
    }

    @Test("the status says what is waited for and until when, and changes only when that does")
    func status() async throws {
        let progress = await Self.run(away: 6..<9).filter { $0.rollout.phase.word == "analyzing" }

        let away = Set(progress.filter { $0.rollout.population?.stable.ready == 0 }.map(Self.status))
        #expect(away.count == 1, "\(away)")
        let text = try #require(away.first)
        #expect(text.contains("nothing can be compared while v1 has no ready pod; the evidence so far is kept"))
        #expect(text.hasSuffix("; it is held as it is at 2023-11-14T22:35:50Z if nothing is proved by then"))
        let all = Set(progress.map(Self.status))
        #expect(all.count <= 8, "\(all)")
    }
}
