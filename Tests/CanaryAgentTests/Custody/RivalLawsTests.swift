import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import Foundation
import Testing

/// The decision alone, over made-up Leases: every order in which requests may arrive is tried.
@Suite("Who may write a rule")
struct RivalLawsTests {
    private static let start = ContinuousClock.now

    private static func run(_ name: String, at milliseconds: Int64 = 0) -> RolloutRecord.Run {
        var spec = CustodyRig.spec
        spec.name = name
        spec.namespace = "test1"
        let header = RunHeader(
            version: "test",
            run: "run-of-\(name)",
            startedAt: Timestamp(milliseconds: milliseconds),
            spec: spec,
            roles: .asNamed,
            place: ""
        )
        return RolloutRecord.Run(header: header, baseline: RouteWeights(stable: 100, canary: 0))
    }

    private static func lease(
        _ name: String,
        _ run: RolloutRecord.Run?,
        holder: String = "somebody",
        version: Int = 1,
        in namespace: String = "test1"
    ) throws -> Lease {
        let text = String(decoding: try JSONEncoder().encode(RolloutRecord(canary: name, run: run)), as: UTF8.self)
        return Lease(
            holder: holder,
            acquired: nil,
            renewed: nil,
            duration: .seconds(15),
            transitions: 0,
            resourceVersion: "\(version)",
            namespace: namespace,
            name: "haldane-\(name)",
            annotations: [RolloutObject.recordKey: text]
        )
    }

    private static func key(_ name: String) -> CanaryKey { CanaryKey(namespace: "test1", name: name) }

    private static func contending(_ run: RolloutRecord.Run, _ entrance: RolloutRecord.Run.Entrance)
        -> RolloutRecord.Run
    {
        var run = run
        run.contends = entrance
        return run
    }

    @Test(
        "Leases without a run, of other namespaces and of itself do not count, nor does one that lies about its canary"
    )
    func others() throws {
        var rivals = RouteRivals(of: Self.run("own"), Self.key("own"), as: .new)
        let leases = [
            try Self.lease("own", Self.run("own")), try Self.lease("ended", nil, holder: ""),
            try Self.lease("far", Self.run("far"), in: "test2"),
        ]
        #expect(rivals.answer(to: leases, at: Self.start) == .free)
        var liar = try Self.lease("liar", Self.run("liar"))
        liar.name = "haldane-else"
        #expect(rivals.answer(to: leases + [liar], at: Self.start) == .free)
        var garbage = liar
        garbage.annotations = [RolloutObject.recordKey: "{"]
        #expect(rivals.answer(to: [garbage], at: Self.start) == .free)
    }

    @Test(
        "a new run is refused by all that is unfinished, and waits only for a younger one that wants the rule as well"
    )
    func new() throws {
        func answer(_ run: RolloutRecord.Run, holder: String = "somebody") throws -> String {
            var rivals = RouteRivals(of: Self.run("m", at: 5), Self.key("m"), as: .new)
            switch rivals.answer(to: [try Self.lease("other", run, holder: holder)], at: Self.start) {
            case .free: return "free"
            case .wait: return "wait"
            case .refused: return "refused"
            }
        }
        #expect(try answer(Self.run("other", at: 9)) == "refused")
        #expect(try answer(Self.run("other", at: 9), holder: "") == "refused")
        #expect(try answer(Self.contending(Self.run("other", at: 9), .new)) == "wait")
        #expect(try answer(Self.contending(Self.run("other", at: 9), .new), holder: "") == "refused")
        #expect(try answer(Self.contending(Self.run("other", at: 9), .again)) == "refused")
        #expect(try answer(Self.contending(Self.run("other", at: 1), .new)) == "refused")
        // At the same instant the names decide: m comes before other.
        #expect(try answer(Self.contending(Self.run("other", at: 5), .new)) == "wait")
    }

    @Test(
        "a run that goes on looks whether the other renews: who does has the rule, who is silent or has left does not"
    )
    func again() throws {
        var rivals = RouteRivals(of: Self.run("m"), Self.key("m"), as: .again)
        let left = try Self.lease("left", Self.run("left"), holder: "")
        #expect(rivals.answer(to: [left], at: Self.start) == .free)

        let first = try Self.lease("other", Self.run("other"))
        guard case .wait = rivals.answer(to: [first], at: Self.start) else { throw Unexpected() }
        var silent = rivals
        #expect(silent.answer(to: [first], at: Self.start.advanced(by: .seconds(15))) == .free)
        let renewed = try Self.lease("other", Self.run("other"), version: 2)
        guard case .refused = rivals.answer(to: [renewed], at: Self.start.advanced(by: .seconds(5))) else {
            throw Unexpected()
        }
    }

    private struct Unexpected: Error {}

    @Test("in any order of requests two never write one rule at once, and one of them always does", arguments: 0..<300)
    func orders(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let names = ["a", "b", "c"].prefix(Int.random(in: 2...3, using: &random))
        var contestants = names.map { name in
            Contestant(
                name: name,
                run: Self.run(name, at: .random(in: 0...3, using: &random)),
                entrance: Bool.random(using: &random) ? .new : .again
            )
        }
        var leases: [String: Lease] = [:]
        for contestant in contestants where contestant.entrance == .again {
            leases[contestant.name] = try Self.lease(contestant.name, contestant.run, holder: "")
        }
        var (version, time) = (1, Self.start)
        for _ in 0..<3000 where contestants.contains(where: { $0.isBusy }) {
            time = time.advanced(by: .milliseconds(20))
            // Who lives renews.
            for (index, contestant) in contestants.enumerated() where contestant.isHolding {
                guard contestant.renewedAt.duration(to: time) >= .seconds(5) else { continue }
                version += 1
                contestants[index].renewedAt = time
                leases[contestant.name]?.resourceVersion = "\(version)"
            }
            let index = Int.random(in: contestants.indices, using: &random)
            version += 1
            try contestants[index].act(&leases, version: version, at: time)
            #expect(contestants.count { $0.phase == .writing } <= 1, "seed \(seed): \(contestants)")
        }
        let phases = contestants.map(\.phase)
        #expect(phases.allSatisfy { [.writing, .refused].contains($0) }, "seed \(seed): \(contestants)")
        // New ones alone: the first to say so. What has to be gone on with keeps new ones away, and goes on itself.
        let isUnfinished = contestants.contains { $0.entrance == .again }
        let writer = contestants.first { $0.phase == .writing }
        #expect(writer != nil && (!isUnfinished || writer?.entrance == .again), "seed \(seed): \(contestants)")
    }

    /// One process, a request at a time.
    private struct Contestant {
        enum Phase { case idle, published, looking, writing, refused }

        let name: String
        let run: RolloutRecord.Run
        let entrance: RolloutRecord.Run.Entrance
        var phase = Phase.idle
        var rivals: RouteRivals
        var renewedAt = RivalLawsTests.start
        var listed: [Lease]?

        init(name: String, run: RolloutRecord.Run, entrance: RolloutRecord.Run.Entrance) {
            self.name = name
            self.run = run
            self.entrance = entrance
            rivals = RouteRivals(of: run, RivalLawsTests.key(name), as: entrance)
        }

        var isBusy: Bool { phase != .writing && phase != .refused }
        var isHolding: Bool { phase != .idle && phase != .refused }

        mutating func act(_ leases: inout [String: Lease], version: Int, at time: ContinuousClock.Instant) throws {
            func write(_ run: RolloutRecord.Run?, holder: String) throws {
                leases[name] = try RivalLawsTests.lease(name, run, holder: holder, version: version)
            }
            switch phase {
            case .idle:
                try write(RivalLawsTests.contending(run, entrance), holder: name)
                (phase, renewedAt) = (.published, time)
            case .published:
                // The answer is on its way while others act.
                listed = Array(leases.values)
                phase = .looking
            case .looking:
                switch rivals.answer(to: listed ?? [], at: time) {
                case .free:
                    phase = .writing
                case .wait:
                    phase = .published
                case .refused:
                    try write(entrance == .again ? run : nil, holder: "")
                    phase = .refused
                }
            case .writing:
                try write(run, holder: name)
                renewedAt = time
            case .refused:
                break
            }
        }
    }
}
