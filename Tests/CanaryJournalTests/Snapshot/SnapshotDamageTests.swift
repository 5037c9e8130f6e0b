import CanaryCore
import CanaryJournal
import CanaryTelemetry
import Testing

@Suite("Snapshots that somebody changed")
struct SnapshotDamageTests {
    /// States of all kinds: watched, compared with metrics, rolling back, baking.
    private static func snapshots() -> [EngineSnapshot] {
        [
            (SnapshotTraffic.Trouble.none, true, 12), (.none, true, 60), (.none, false, 95), (.errors, false, 45),
            (.unknown, true, 40),
        ].map { trouble, hasMetrics, windows in
            var traffic = SnapshotTraffic(trouble, seed: 21)
            traffic.hasMetrics = hasMetrics
            traffic.requests = 200
            var run = SnapshotRun(hasMetrics: hasMetrics)
            for _ in 0..<windows { _ = run.round(traffic.next(percent: run.percent)) }
            return run.snapshot
        }
    }

    @Test("whatever is changed in one, it is refused or can be gone on with", arguments: [1, 2] as [UInt64])
    func mutations(seed: UInt64) throws {
        let codec = SnapshotCodec()
        let texts = try Self.snapshots().map { try codec.json(try codec.encode($0)) }
        var mutation = JSONMutation(seed: seed)
        var taken = 0
        for _ in 0..<Self.rounds {
            let json = mutation.mutated(mutation.pick(texts))
            guard let snapshot = try? codec.decode(json: json) else { continue }
            taken += 1
            goOn(snapshot)
        }
        print("seed \(seed): \(taken) of \(Self.rounds) changed snapshots were gone on with")
        #expect(taken > 0, "some changes are harmless, or the property says nothing")
    }

    /// Everything that a run may be told: nothing may trap.
    private func goOn(_ snapshot: EngineSnapshot) {
        var traffic = SnapshotTraffic(.errors, seed: 5)
        traffic.hasMetrics = true
        traffic.requests = 60
        var state = snapshot.state
        let now = snapshot.at.advanced(by: .seconds(5))
        let phases: [(JudgingContext.Phase, Double)] = [
            (.watching, 0), (.analyzing, 10), (.analyzing, 50), (.baking, 100), (.idle, 0),
        ]
        for (phase, percent) in phases {
            let context = JudgingContext(
                phase: phase,
                canaryPercent: percent,
                step: 1,
                isFirstAfterWeightChange: phase == .baking,
                countsForPromotion: true
            )
            let window = traffic.next(percent: percent)
            let verdict = state.judge.judge(window, in: context)
            _ = state.rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
            state.ledger.judged(window, in: context, verdict, at: now)
            state.ledger.weighed(percent, at: now)
        }
        let route = RouteSnapshot(
            revision: RouteRevision("9"),
            weights: RouteWeights(stable: 50, canary: 50),
            place: "route"
        )
        let side = Population.Side(ready: 2, total: 2, hashes: ["x"])
        let inputs: [Rollout.Input] = [
            .tick, .routeRead(route), .population(Population(stable: side, canary: side, namespace: "shop")),
            .gate(Reason("freeze", "frozen")), .gate(nil), .applied(route), .refused(.conflict(Reason("a", "b"))),
            .routeUnreadable(Reason("a", "b")), .command(Rollout.OperatorCommand(.promote, reason: "")),
            .command(Rollout.OperatorCommand(.rollback, reason: "")), .tick,
        ]
        for input in inputs { _ = state.rollout.handle(input, at: now.advanced(by: .seconds(600))) }
        _ = state.rollout.judgingContext
        _ = state.ledger.seconds
    }

    @Test("bytes that are no snapshot are refused with a reason")
    func noSnapshots() throws {
        let codec = SnapshotCodec()
        let good = try codec.encode(try #require(Self.snapshots().last))
        let torn = Array(good.dropLast(7))
        let longer = good + [0]
        var flipped = good
        flipped[good.count / 2] ^= 0x40
        let cases: [([UInt8], SnapshotError.Code)] = [
            ([], .corrupt), (Array("hello".utf8), .corrupt), (torn, .corrupt), (longer, .corrupt), (flipped, .corrupt),
            ([UInt8](repeating: 0, count: 900_001), .tooLarge),
        ]
        for (bytes, code) in cases {
            let error = #expect(throws: SnapshotError.self) { _ = try codec.decode(bytes) }
            #expect(error?.code == code)
            #expect(error?.message.isEmpty == false)
        }
    }

    @Test("a small frame that expands beyond the limit is refused before it is expanded")
    func bomb() throws {
        let codec = SnapshotCodec()
        let good = try codec.encode(try #require(Self.snapshots().first))
        let size = try codec.json(good).count

        let error = #expect(throws: SnapshotError.self) {
            _ = try SnapshotCodec(limits: SnapshotLimits(bytes: size - 1)).decode(good)
        }

        #expect(error?.code == .tooLarge)
    }

    @Test("a state whose rules are not those of its own spec is refused")
    func otherRules() throws {
        var other = try #require(Self.snapshots().first)
        other.header.spec.guards.falseRollback = 0.5

        let error = #expect(throws: SnapshotError.self) {
            _ = try SnapshotCodec().decode(try SnapshotCodec().encode(other))
        }

        #expect(error?.code == .corrupt)
        #expect(error?.cause == "the rollout's rules are not those of the spec")
    }

    @Test("a snapshot of another version is told apart, also if nothing else of it can be read")
    func otherVersions() throws {
        let codec = SnapshotCodec()
        func code(_ json: String) -> SnapshotError.Code? {
            let error = #expect(throws: SnapshotError.self) { _ = try codec.decode(json: Array(json.utf8)) }
            return error?.code
        }

        #expect(code(#"{"schema":"haldane.snapshot/1","header":{"engine":2},"state":7}"#) == .otherEngine(2))
        #expect(code(#"{"schema":"haldane.snapshot/2","header":{"engine":1}}"#) == .otherSchema)
        #expect(code(#"{"schema":"haldane.snapshot/1","header":{"engine":1}}"#) == .corrupt)
        #expect(code(#"{"schema":"haldane.snapshot/1","header":{}}"#) == .corrupt)
        #expect(code(String(repeating: "[", count: 100_000)) == .corrupt)
    }

    private static let rounds = 100
}
