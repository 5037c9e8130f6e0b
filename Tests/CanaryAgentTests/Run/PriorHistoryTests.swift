import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryTelemetry
import CanaryTestKit
import Testing

@Suite("PriorHistory")
struct PriorHistoryTests {
    private let scratch: Scratch
    private let directory: JournalDirectory

    init() throws {
        scratch = try Scratch()
        directory = try JournalDirectory(path: scratch.path)
    }

    private func write(_ entries: [JournalEntry], _ header: RunHeader, name: String = "run-1") async throws {
        let codec = JournalCodec()
        let writer = try directory.create(runID: name, header: try codec.encode(header))
        for entry in entries { try await writer.append(try codec.encode(entry)) }
        try await writer.close()
    }

    private func header(_ spec: CanarySpec = RunRig.spec, roles: Roles = .asNamed, after: Duration) -> RunHeader {
        var header = RunRig.header(spec, roles: roles)
        header.run = "run-2"
        header.startedAt = RunRig.start.advanced(by: after)
        return header
    }

    @Test("a run that was rolled back leaves stable's windows to the next one, which begins at once and replays alone")
    func takenOver() async throws {
        let first = RunRig(traffic: EvenTraffic(canaryFailures: 0.08))
        await first.run()
        try await write(await first.journal.durable, first.header)
        let second = header(after: .seconds(1800))
        let windows = PriorHistory.windows(from: try directory.runs(), for: second)

        #expect(windows.count >= 30)
        #expect(
            windows.allSatisfy {
                $0.window.isHistory && $0.window.canary.isEmpty && $0.window.quality == WindowQuality()
            }
        )
        #expect(windows.map(\.at) == windows.map(\.at).sorted())
        #expect(windows.allSatisfy { $0.at <= second.startedAt })

        let rig = RunRig(at: second.startedAt)
        var driver = rig.driver()
        let end = await driver.run(recalled: windows)
        #expect(end.outcome?.word == "promoted")
        let entries = await rig.journal.durable
        #expect(RunRig.fold(entries, rig.header).ledger == end.ledger)
        try await write(entries, rig.header, name: "run-3")
        let report = try JournalReplay.replay(path: "\(scratch.path)/run-3.journal.zst")
        #expect(report.isIdentical && report.verdicts > 5)
    }

    @Test("nothing is taken over from another workload, other telemetry, exchanged roles, or more than 6 hours ago")
    func refused() async throws {
        let first = RunRig()
        await first.run()
        try await write(await first.journal.durable, first.header)
        let runs = try directory.runs()
        #expect(!PriorHistory.windows(from: runs, for: header(after: .seconds(1800))).isEmpty)

        var otherStable = RunRig.spec
        otherStable.route.stable.workload = "another"
        var otherTargets = RunRig.spec
        otherTargets.telemetry.targets = ["http://127.0.0.1:9/metrics"]
        var otherMatch = RunRig.spec
        otherMatch.telemetry.match = ["route_name": "staff"]
        var otherInterval = RunRig.spec
        otherInterval.pace.interval = .seconds(15)
        for spec in [otherStable, otherTargets, otherMatch, otherInterval] {
            #expect(PriorHistory.windows(from: runs, for: header(spec, after: .seconds(1800))).isEmpty)
        }
        // After a promotion the other destination carries the traffic.
        #expect(PriorHistory.windows(from: runs, for: header(roles: .exchanged, after: .seconds(1800))).isEmpty)
        #expect(PriorHistory.windows(from: runs, for: header(after: .seconds(8 * 3600))).isEmpty)
        #expect(
            PriorHistory.windows(from: runs, for: header(after: .seconds(-60))).isEmpty,
            "a clock that was set back"
        )
        #expect(PriorHistory.windows(from: [], for: header(after: .seconds(1800))).isEmpty)
    }

    @Test("nothing is taken over from another revision of stable; where none is known the destination is enough")
    func revision() async throws {
        let first = RunRig()
        await first.run()
        func release(_ stable: String) -> Rollout.Release? {
            let side = { Population.Side(ready: 2, total: 2, hashes: [$0]) }
            return Rollout.Release(Population(stable: side(stable), canary: side("c1"), namespace: "test1"))
        }
        var known = first.header
        known.release = release("s1")
        try await write(await first.journal.durable, known)
        let runs = try directory.runs()
        func taken(_ stable: String?) -> Bool {
            var next = header(after: .seconds(1800))
            next.release = stable.flatMap(release)
            return !PriorHistory.windows(from: runs, for: next).isEmpty
        }

        #expect(taken("s1"))
        #expect(!taken("s2"))
        #expect(taken(nil))
    }

    @Test("only the windows of the last 6 hours count, also those that an earlier run had taken over itself")
    func age() async throws {
        let start = RunRig.start
        func window(_ hours: Double, recalled: Bool) -> [JournalEntry] {
            let at = start.advanced(by: .seconds(hours * 3600))
            let window = JournalEntry.window(EvenTraffic().window(round: 1, canaryPercent: 0))
            let context = JudgingContext(
                phase: .watching,
                canaryPercent: 0,
                step: 0,
                isFirstAfterWeightChange: false,
                countsForPromotion: false
            )
            let verdict = Verdict.unknown(Reason("a", "b"))
            return [window, .event(recalled ? .recalled : .judged(context: context, verdict: verdict), at: at)]
        }
        try await write(
            window(-5, recalled: true) + window(-1, recalled: true) + window(0, recalled: false)
                + window(2, recalled: false),
            RunRig.header()
        )
        let windows = PriorHistory.windows(from: try directory.runs(), for: header(after: .seconds(3 * 3600)))
        #expect(windows.map { $0.at.since(start) } == [.seconds(-3600), .zero, .seconds(7200)])
    }

    @Test(
        "unusable windows, baking and rollbacks are left out, and so is what follows damage in a journal"
    )
    func damaged() async throws {
        let first = RunRig()
        await first.run()
        let entries = await first.journal.durable
        try await write(entries, first.header)
        let file = try #require(try directory.runs().last)
        let windows = PriorHistory.windows(from: [file], for: header(after: .seconds(1800)))
        let expected = zip(entries, entries.dropFirst()).count { evidence, event in
            guard case .window(let window) = evidence, case .event(.judged(let context, _), _) = event else {
                return false
            }
            return window.quality.unusable == nil && (context.phase == .watching || context.phase == .analyzing)
        }
        #expect(windows.count == expected)
        let bytes = try scratch.load(file.path)
        for cut in [0, 5, 100, bytes.count / 2, bytes.count - 1] {
            try scratch.store(bytes[..<cut], at: file.path)
            #expect(PriorHistory.windows(from: [file], for: header(after: .seconds(1800))).count <= expected)
        }
        try scratch.store(Array("not a journal".utf8), at: file.path)
        #expect(PriorHistory.windows(from: [file], for: header(after: .seconds(1800))).isEmpty)
    }
}
