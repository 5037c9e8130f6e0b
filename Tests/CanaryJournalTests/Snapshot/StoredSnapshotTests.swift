import CanaryCore
import CanaryJournal
import CanaryTelemetry
import Testing

/// Guards against a change of the format by accident: a snapshot that an earlier build stored in the cluster has to be read by this
/// one for as long as `EngineVersion` is the same.
@Suite("A stored snapshot of version 1")
struct StoredSnapshotTests {
    @Test("it is read, and its run goes on as the one that stored it would have")
    func isRead() throws {
        let snapshot = try SnapshotCodec().decode(json: Array(StoredSnapshot.text.utf8))

        #expect(snapshot.schema == "haldane.snapshot/1")
        #expect(EngineVersion.mayContinue(snapshot.header))
        #expect(snapshot.header.run == "run-1")
        #expect(snapshot.state.ledger.windows == 34)
        #expect(snapshot.state.rollout.phase.word == "analyzing")
        var traffic = SnapshotTraffic(.none, seed: 41)
        var run = SnapshotRun()
        (run.state, run.now) = (snapshot.state, snapshot.at)
        let verdict = run.round(traffic.next(percent: 10))
        #expect(verdict.window == 5)
        #expect(verdict.logE == StoredSnapshot.nextEvidence)
    }
}
