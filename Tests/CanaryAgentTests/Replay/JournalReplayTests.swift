import CanaryAgent
import CanaryCore
import CanaryJournal
import CanarySimulator
import CanarySources
import CanaryTelemetry
import CanaryTestKit
import Testing

/// Whole runs over the simulated mesh's pages, without a network.
@Suite("JournalReplay")
struct JournalReplayTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private static var spec: CanarySpec {
        var spec = RunRig.spec
        spec.route.stable.workload = "demo4-deployment-v1"
        spec.route.canary.workload = "demo4-deployment-v2"
        spec.steps = [10, 50, 100]
        spec.pace.history = .seconds(300)
        spec.pace.warmup = .seconds(20)
        return spec
    }

    private func journal(_ scenario: Scenario, seed: UInt64) async throws -> (path: String, end: RolloutDriver.End) {
        let store = InMemoryRouteStore(RouteWeights(stable: 100, canary: 0))
        let source = MeshSource(scenario: scenario, seed: seed, spec: Self.spec)
        let rig = RunRig(
            spec: Self.spec,
            store: store,
            slept: { _, now in await source.advance(to: now, canaryPercent: await store.present?.canaryPercent ?? 0) }
        )
        let writer = try JournalDirectory(path: scratch.path).create(
            runID: "run-\(scenario.rawValue)",
            header: try JournalCodec().encode(rig.header)
        )
        var driver = RolloutDriver(
            header: rig.header,
            state: RunState(header: rig.header),
            source: source,
            store: store,
            journal: RunJournal(writer: writer),
            clock: rig.clock,
            observer: rig.observer,
            inbox: rig.inbox
        )
        let end = await driver.run()
        try await writer.close()
        return (writer.path, end)
    }

    @Test(
        "every verdict of a simulated run is recomputed bit for bit",
        arguments: [Scenario.healthy, .errors, .podBursts]
    )
    func identical(scenario: Scenario) async throws {
        let (path, end) = try await journal(scenario, seed: 5)
        #expect(end.outcome != nil)
        if scenario == .errors { #expect(end.outcome?.word == "rolledBack") }
        let report = try JournalReplay.replay(path: path)
        #expect(report.isIdentical && report.differences.isEmpty)
        #expect(report.verdicts == end.ledger.windows)
        #expect(report.ledger == end.ledger)
        #expect(report.outcome == end.outcome)
        #expect(report.tornBytes == 0)
        #expect(try JournalReplay.replay(path: scratch.path).header == report.header, "a folder means its newest run")
    }

    @Test("other margins change the verdicts, and the report says where")
    func respec() async throws {
        let (path, _) = try await journal(.errors, seed: 6)
        let report = try JournalReplay.replay(path: path) { spec in
            var spec = spec
            spec.objectives.errors.tolerance = 0.5
            spec.guards.absoluteErrors = nil
            return spec
        }
        #expect(!report.isIdentical)
        #expect(report.differenceCount >= report.differences.count)
        #expect(report.firstRecordedDecision?.1.decision == .rollback)
        #expect(report.firstRecomputedDecision?.1.decision != .rollback)
        for difference in report.differences {
            #expect(difference.recorded != difference.recomputed)
            #expect((1...report.verdicts).contains(difference.window))
        }
        #expect(report.outcome?.word == "rolledBack", "the run is as it was")
        struct Refusal: Error {}
        #expect(throws: Refusal.self) { _ = try JournalReplay.replay(path: path) { _ in throw Refusal() } }
    }

    @Test("a verdict that was tampered with is found")
    func tampered() async throws {
        let (path, _) = try await journal(.errors, seed: 7)
        var codec = JournalCodec()
        var records = try JournalReader.read(path: path).records
        var changed = 0
        for index in records.indices.dropFirst() {
            guard case .event(.judged(let context, var verdict), let at) = try codec.decode(records[index]),
                verdict.window > 1
            else { continue }
            verdict.logE = verdict.logE.nextUp
            records[index] = try codec.encode(.event(.judged(context: context, verdict: verdict), at: at))
            changed += 1
        }
        let directory = try JournalDirectory(path: "\(scratch.path)/other")
        let writer = try directory.create(runID: "run-1", header: records[0])
        for record in records.dropFirst() { try await writer.append(record) }
        try await writer.close()
        let report = try JournalReplay.replay(path: directory.path)
        #expect(report.differenceCount == changed)
        #expect(changed > 0)
    }

    @Test("a journal without a run, and a file that is none, are refused with a reason")
    func nothing() throws {
        let path = "\(scratch.path)/run-1.journal.zst"
        try scratch.store([], at: path)
        #expect(throws: (any Error).self) { _ = try JournalReplay.replay(path: path) }
        try scratch.store(Array("nonsense nonsense nonsense".utf8), at: path)
        #expect(throws: JournalError.self) { _ = try JournalReplay.replay(path: path) }
    }
}

/// The pages of a simulated mesh, read as a scrape would read them.
private actor MeshSource: TelemetrySource {
    private var mesh: SimulatedMesh
    private var collector: TelemetryCollector
    private var now = RunRig.start

    init(scenario: Scenario, seed: UInt64, spec: CanarySpec) {
        mesh = SimulatedMesh(configuration: MeshConfiguration(scenario: scenario, seed: seed))
        collector = TelemetryCollector(
            configuration: CollectorConfiguration(
                reporter: spec.telemetry.reporter,
                stable: CohortSelector(spec.route.stable),
                canary: CohortSelector(spec.route.canary)
            )
        )
    }

    func advance(to time: Timestamp, canaryPercent: Double) {
        mesh.advance(by: time.since(now).inSeconds, canaryShare: canaryPercent / 100)
        now = time
    }

    func observe(seconds: Double) async -> Window {
        for pod in mesh.pods { collector.ingest(page: mesh.page(of: pod) ?? [], from: pod) }
        return collector.endRound(seconds: seconds)
    }
}
