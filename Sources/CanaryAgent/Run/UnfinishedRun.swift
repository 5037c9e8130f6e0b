import CanaryCore
import CanaryJournal
import CanaryTelemetry

/// A run whose journal has no outcome, rebuilt from its records.
struct UnfinishedRun {
    let header: RunHeader
    let state: RunState
    let writer: JournalWriter
    let reason: Reason

    /// The run of this journal, or nil if it has ended or never began.
    static func take(_ file: JournalFile, in directory: JournalDirectory) throws -> UnfinishedRun? {
        var fold = JournalFold()
        let (writer, contents) = try directory.resume(file)
        for record in contents.records { try fold.add(record) }
        guard let header = fold.header, let state = fold.state, state.ledger.outcome == nil else { return nil }
        var text = "the run \(header.run) was not finished and goes on"
        if contents.tornBytes > 0 { text += "; \(contents.tornBytes) bytes of an unfinished last write were cut off" }
        return UnfinishedRun(header: header, state: state, writer: writer, reason: Reason("resumed", text))
    }

    /// Ends the run as stopped, weights as they are.
    func close(at now: Timestamp) async throws {
        let outcome = Outcome.stopped(Reason("replaced", "closed because a new run was asked for"))
        try await writer.append(try JournalCodec().encode(.event(.finished(outcome), at: now)))
        try await writer.flush()
        try await writer.close()
    }
}

extension RunHeader {
    /// Refuses to go on with a run of another canary.
    func requireSameCanary(as spec: CanarySpec) throws(AgentError) {
        guard self.spec != spec else { return }
        throw AgentError(
            "the unfinished run \(run) was begun with a different spec",
            hint: "undo the change of the spec to go on with it, or close it with --new",
            exitCode: .usage
        )
    }
}
