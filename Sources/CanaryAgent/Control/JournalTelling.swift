package import CanaryCore
package import CanaryJournal
import CanaryTelemetry

/// Tells a journal's records as the happenings that a watcher of the run would have seen.
package struct JournalTelling {
    package private(set) var header: RunHeader?
    /// Whether the last process ended with a word about it.
    package private(set) var interruption: Reason?
    /// Records that were taken, also the one that could not be decoded.
    private(set) var recordCount = 0
    private var state: RunState?
    private var lastAt: Timestamp?
    private var codec = JournalCodec()
    private var window: Window?
    private var plan: WeightPlan?
    private var takenOver: Reason?

    package init() {}

    /// The run as of the last record; nil before the header.
    package var snapshot: RunSnapshot? {
        guard let header, let state else { return nil }
        return RunSnapshot(
            header: header,
            rollout: state.rollout,
            ledger: state.ledger,
            at: lastAt ?? header.startedAt
        )
    }

    /// Takes the next record, and returns what it tells, if that is something to show.
    package mutating func add(_ record: [UInt8]) throws(JournalError) -> RunProgress? {
        recordCount += 1
        guard let header else {
            guard let header = try codec.decodeHeader(record) else { return nil }
            self.header = header
            state = RunState(header: header)
            return progress(.started, at: header.startedAt)
        }
        _ = header
        switch try codec.decode(record) {
        case .window(let window):
            self.window = window
            return nil
        case .event(let event, let at):
            // History that was taken over is older than the run.
            if event != .recalled { lastAt = at }
            let evidence = window
            state?.fold(event, window: evidence, at: at)
            guard let happening = happening(event, evidence) else { return nil }
            return progress(happening, at: at)
        }
    }

    private mutating func happening(_ event: JournalEvent, _ evidence: Window?) -> RunProgress.Happening? {
        switch event {
        case .judged(_, let verdict):
            window = nil
            return evidence.map { .judged($0, verdict) }
        case .intent(let plan, _):
            self.plan = plan
            return nil
        case .input(.applied):
            defer { plan = nil }
            return plan.map { .wrote($0) }
        case .notice(let notice):
            return .notice(notice)
        case .finished(let outcome):
            return .finished(outcome)
        case .interrupted(let reason):
            interruption = reason
            return .interrupted(reason)
        case .restored(_, let reason):
            interruption = nil
            takenOver = reason
            return .resumed(reason)
        case .resumed(let reason):
            interruption = nil
            // Whoever takes a run over says so, and then takes it up.
            if takenOver == reason { return nil }
            return .resumed(reason)
        case .recalled, .input:
            return nil
        }
    }

    private func progress(_ happening: RunProgress.Happening, at: Timestamp) -> RunProgress? {
        guard let header, let state else { return nil }
        return RunProgress(happening, header: header, at: at, rollout: state.rollout, ledger: state.ledger)
    }
}
