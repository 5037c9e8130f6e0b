import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryTelemetry
import CanaryTestKit
import Testing

/// Journals that begin in the middle of a run, and journals of other statistics.
@Suite("Replay and resumption across processes and versions")
struct TakenOverReplayTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private func write(_ header: RunHeader, _ entries: [JournalEntry]) async throws -> JournalDirectory {
        let directory = try JournalDirectory(path: scratch.path)
        let writer = try directory.create(runID: "run-1", header: try JournalCodec().encode(header))
        for entry in entries { try await writer.append(try JournalCodec().encode(entry)) }
        try await writer.close()
        return directory
    }

    /// A run that was rolled back, cut in the middle of its comparison: its state there, and the records after it.
    private func second() async -> (header: RunHeader, entries: [JournalEntry], ledger: RunLedger) {
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.08))
        let end = await rig.run()
        let entries = await rig.journal.durable
        let cut = entries.indices.filter { entries[$0].isCompared }[1]
        let state = RunRig.fold(Array(entries[...cut]), rig.header)
        let reason = Reason("taken-over", "taken over from haldane-agent-0")
        let restored = JournalEvent.restored(state: state, reason: reason)
        return (
            rig.header, [.event(restored, at: state.ledger.lastAt ?? RunRig.start)] + entries[(cut + 1)...], end.ledger
        )
    }

    @Test("verdicts are recomputed from the state that was taken over, bit for bit")
    func identical() async throws {
        let (header, entries, ledger) = await second()
        let directory = try await write(header, entries)

        let report = try JournalReplay.replay(path: directory.path)

        #expect(report.isIdentical)
        #expect(report.verdicts > 0 && report.verdicts < ledger.windows)
        #expect(report.ledger == ledger)
        #expect(report.outcome?.word == "rolledBack")
    }

    @Test("other settings need the windows of before, and the refusal says so")
    func otherSettings() async throws {
        let (header, entries, _) = await second()
        let directory = try await write(header, entries)

        let error = #expect(throws: AgentError.self) {
            _ = try JournalReplay.replay(path: directory.path) { spec in
                var spec = spec
                spec.objectives.errors.tolerance = 0.5
                return spec
            }
        }

        #expect(error?.message.contains("middle of its run") == true)
        #expect(error?.hint?.contains("the journal in which the run began") == true)
    }

    @Test("a run of another version of the statistics is read, and not gone on with")
    func otherEngine() async throws {
        var (header, entries, _) = await second()
        header.engine = EngineVersion.current + 1
        entries.removeAll { if case .event(.finished, _) = $0 { true } else { false } }
        let directory = try await write(header, entries)

        let file = try #require(try directory.runs().last)
        let run = try #require(try UnfinishedRun.take(file, in: directory))
        try await run.writer.close()
        let error = #expect(throws: AgentError.self) { try run.requireContinuable(with: header.spec) }

        #expect(error?.hint?.contains("Haldane test") == true && error?.hint?.contains("--new") == true)
        let report = try JournalReplay.load(path: directory.path)
        #expect(!EngineVersion.mayContinue(report.header))
    }
}

extension JournalEntry {
    fileprivate var isCompared: Bool {
        if case .event(.judged(let context, _), _) = self { context.phase == .analyzing } else { false }
    }
}
