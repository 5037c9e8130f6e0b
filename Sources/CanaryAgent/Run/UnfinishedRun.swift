package import CanaryCore
package import CanaryJournal

/// A run whose journal has no outcome, rebuilt from its records.
package struct UnfinishedRun: Sendable {
    package let header: RunHeader
    package let state: RunState
    package let writer: JournalWriter
    package let reason: Reason

    /// The run of this journal, or nil if it has ended or never began.
    ///
    /// Records are folded one at a time, so that a journal of any length is taken up in little memory.
    package static func take(_ file: JournalFile, in directory: JournalDirectory) throws -> UnfinishedRun? {
        var fold = JournalFold()
        var failure: (any Error)?
        let (writer, extent) = try directory.resume(file) { record in
            do {
                try fold.add(record)
                return .next
            } catch {
                failure = error
                return .stop
            }
        }
        if let failure {
            throw AgentError(
                "the unfinished run in \(file.path) cannot be taken up",
                cause: "\(failure)",
                hint: "use the Haldane that wrote it, or begin anew with --new"
            )
        }
        // A judgement of the past that was broken off is nothing to go on with.
        guard let header = fold.header, header.purpose == nil, let state = fold.state, state.ledger.outcome == nil
        else { return nil }
        var text = "the run \(header.run) was not finished and goes on"
        if extent.tornBytes > 0 { text += "; \(extent.tornBytes) bytes of an unfinished last write were cut off" }
        return UnfinishedRun(header: header, state: state, writer: writer, reason: Reason("resumed", text))
    }

    /// Refuses to leave a rollback undone.
    func requireNoRollback() throws(AgentError) {
        let wanted: Reason?
        if case .rollingBack(let rollback) = state.rollout.phase {
            wanted = rollback.reason
        } else {
            wanted = state.rollout.pendingRollback?.reason
        }
        guard let wanted else { return }
        throw AgentError(
            "the unfinished run \(header.run) has a rollback to finish: \(wanted.text)",
            hint: "go on with it by leaving out --new"
        )
    }

    /// Refuses to go on with the run for this spec: see `RunHeader.requireSameCanary`.
    package func requireContinuable(with spec: CanarySpec) throws(AgentError) { try header.requireSameCanary(as: spec) }

    /// Ends the run as stopped, weights as they are.
    package func close(at now: Timestamp) async throws {
        let outcome = Outcome.stopped(Reason("replaced", "closed because a new run was asked for"))
        try await writer.append(try JournalCodec().encode(.event(.finished(outcome), at: now)))
        try await writer.flush()
        try await writer.close()
    }
}

extension RunHeader {
    /// Refuses to go on with a run in another cluster.
    func requireSameCluster(as server: String?) throws(AgentError) {
        guard cluster != server else { return }
        throw AgentError(
            "the unfinished run \(run) is about \(cluster ?? "a route in a file"), and this is \(server ?? "a route in a file")",
            hint: "name its cluster with --context or --kubeconfig"
        )
    }

    /// Refuses to go on with a run of another canary, or of one that another version of the statistics judges.
    func requireSameCanary(as spec: CanarySpec) throws(AgentError) {
        try requireSameEngine()
        var spec = spec
        // Rounds that were made longer at the start, because the server's samples are further apart.
        if spec.telemetry.prometheus != nil { spec.pace.interval = max(spec.pace.interval, self.spec.pace.interval) }
        guard self.spec != spec else { return }
        throw AgentError(
            "the unfinished run \(run) was begun with a different spec",
            hint: "undo the change of the spec to go on with it, or close it with --new",
            exitCode: .usage
        )
    }

    /// Refuses to go on with evidence of another version of the statistics; reading it, and closing the run, are not affected.
    private func requireSameEngine() throws(AgentError) {
        guard !EngineVersion.mayContinue(self) else { return }
        throw AgentError(
            "the unfinished run \(run) is judged by version \(engine ?? 1) of the statistics, and this Haldane has version "
                + "\(EngineVersion.current)",
            cause: "its chances of error would be nobody's promise",
            hint: "go on with Haldane \(version), which began it, or close it with --new"
        )
    }
}
