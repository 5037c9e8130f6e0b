import CanaryCore
import CanaryJournal
import CanaryTelemetry
import Testing

@Suite("A journal that begins in the middle of its run")
struct RestoredRecordTests {
    private static func run(windows: Int = 50) -> (run: SnapshotRun, traffic: SnapshotTraffic) {
        var traffic = SnapshotTraffic(.errors, seed: 31)
        var run = SnapshotRun()
        for _ in 0..<windows { _ = run.round(traffic.next(percent: run.percent)) }
        return (run, traffic)
    }

    private static let reason = Reason("taken-over", "taken over from haldane-agent-0")

    @Test("a fold goes on from the state, and recomputes the verdicts of the windows after it")
    func fold() throws {
        var (run, traffic) = Self.run(windows: 32)
        var codec = JournalCodec()
        _ = try codec.decodeHeader(try codec.encode(run.header))
        let record = try codec.encode(.event(.restored(state: run.state, reason: Self.reason), at: run.now))
        guard case .event(let event, let at) = try codec.decode(record) else {
            Issue.record("no event")
            return
        }
        var folded = RunState(header: run.header)
        folded.fold(event, window: nil, at: at)
        #expect(folded == run.state)

        for _ in 0..<10 {
            let context = run.state.rollout.judgingContext
            let window = traffic.next(percent: run.percent)
            let verdict = run.round(window)
            let again = folded.fold(.judged(context: context, verdict: verdict), window: window, at: run.now)
            #expect(again == verdict)
        }
        #expect(folded.judge == run.state.judge)
        #expect(folded.ledger.canaryRequests == run.state.ledger.canaryRequests)
    }

    @Test("a state of other rules, out of range or before any header is damage, and does not trap")
    func damage() throws {
        let (run, _) = Self.run()
        var codec = JournalCodec()
        let record = try codec.encode(.event(.restored(state: run.state, reason: Self.reason), at: run.now))
        let early = #expect(throws: JournalError.self) { _ = try codec.decode(record) }
        #expect(early?.code == .corrupt)

        var other = run.header
        other.spec.pace.bake = .seconds(61)
        _ = try codec.decodeHeader(try codec.encode(other))
        let foreign = #expect(throws: JournalError.self) { _ = try codec.decode(record) }
        #expect(foreign?.cause == "the rollout's rules are not those of the spec")

        _ = try codec.decodeHeader(try codec.encode(run.header))
        let text = String(decoding: record, as: UTF8.self)
            .replacing(/"unusableWindows":\d+/, with: #""unusableWindows":9223372036854775807"#)
        let huge = #expect(throws: JournalError.self) { _ = try codec.decode(Array(text.utf8)) }
        #expect(huge?.cause == "a count is out of range")
    }

    @Test("the largest state fits into a record")
    func fits() {
        #expect(SnapshotLimits().bytes < JournalLimits.whole.recordBytes)
    }
}
