package import CanaryCore
import CanaryJournal
package import CanaryReport
import CanaryTelemetry

/// Judges stored telemetry and writes a journal of it, as a run writes one.
package struct PastSession: Sendable {
    /// The archive of the two versions in these roles.
    package typealias Archive = @Sendable (Roles) -> any TelemetryArchive
    /// What dashboards show of the time, beside the counts of these windows.
    package typealias Views =
        @Sendable (_ from: Timestamp, _ to: Timestamp, _ roles: Roles, _ windows: [TimedWindow]) async ->
        CompatibilityViews

    private let options: PastOptions
    private let archive: Archive
    private let views: Views?

    /// - Parameter views: asked only where both versions had traffic at the same time.
    package init(options: PastOptions, archive: @escaping Archive, views: Views? = nil) {
        self.options = options
        self.archive = archive
        self.views = views
    }

    package func run() async throws(AgentError) -> PastReport {
        let interval = options.spec.pace.interval
        let last = options.now.advanced(by: .zero - max(options.delay, .zero))
        let limited: (question: PastQuestion, notes: [String])
        do {
            limited = try options.question.limited(to: last, interval: interval)
        } catch {
            throw AgentError(error.message, hint: error.hint, exitCode: .usage)
        }
        var evidence: PastEvidence
        do {
            let reader = PastReader(spec: options.spec, archive: archive)
            evidence = try await reader.read(limited.question)
        } catch {
            throw AgentError(
                "the past cannot be read: \(error.reason.text)",
                hint: error.hint,
                exitCode: .unknown
            )
        }
        evidence.notes = limited.notes + evidence.notes
        do {
            return try await judge(evidence, limited.question)
        } catch let error as JournalError {
            throw AgentError(error.message, cause: error.cause, hint: error.hint)
        } catch let error as AgentError {
            throw error
        } catch {
            throw AgentError("the judgement cannot be written down", cause: "\(error)")
        }
    }

    private func judge(_ evidence: PastEvidence, _ question: PastQuestion) async throws -> PastReport {
        let directory = try JournalDirectory(path: options.journalDirectory)
        let lock = try directory.lock()
        let runs = try directory.runs()
        try refuseRollouts(runs.last)
        let spec = evidence.spec
        let header = RunHeader(
            version: options.version,
            run: RunID.make(at: options.now, after: runs.last?.runID),
            startedAt: evidence.from,
            spec: spec,
            roles: evidence.roles,
            place: "\(spec.route.kind.word) \(spec.namespace)/\(spec.route.object)",
            purpose: question.purpose
        )
        var judgement = PastJudgement(spec: spec, purpose: question.purpose, from: evidence.from)
        let codec = JournalCodec()
        let writer = try directory.create(runID: header.run, header: try codec.encode(header))
        for note in evidence.notes {
            let notice = Notice(.info, Reason("past", note))
            try await writer.append(try codec.encode(.event(.notice(notice), at: evidence.from)))
        }
        for window in evidence.windows {
            let entry = judgement.judge(window)
            try await writer.append(try codec.encode(.window(entry.window)))
            try await writer.append(
                try codec.encode(.event(.judged(context: entry.context, verdict: entry.verdict), at: entry.at))
            )
        }
        let outcome = judgement.account.outcome(PastWords(header))
        try await writer.append(try codec.encode(.event(.finished(outcome), at: judgement.account.endedAt)))
        try await writer.close()
        lock.release()
        var shown: CompatibilityViews?
        if case .sideBySide(let from, let to) = question {
            shown = await views?(from, to, evidence.roles, evidence.windows)
        }
        return PastReport(
            header: header,
            question: question,
            account: judgement.account,
            outcome: outcome,
            step: evidence.step,
            samples: evidence.samples,
            notes: evidence.notes,
            journalPath: writer.path,
            views: shown
        )
    }

    /// A rollout looks into its folder for what to go on with: a judgement among its journals would be in its way.
    private func refuseRollouts(_ newest: JournalFile?) throws {
        guard let newest else { return }
        var header: RunHeader?
        var codec = JournalCodec()
        // A journal that cannot be read is nobody's to go on with.
        _ = try? JournalReader.forEachRecord(path: newest.path) { record in
            header = try? codec.decodeHeader(record)
            return .stop
        }
        guard let header, header.purpose == nil else { return }
        throw AgentError(
            "the folder \(options.journalDirectory) holds the journals of rollouts",
            hint: "choose another folder with --journal, or leave it out for \(RunFinder.home)/NAMESPACE-NAME/past"
        )
    }
}
