import CanaryCore
import CanaryJournal
import CanaryTelemetry

/// Rebuilds a run from the records of its journal.
struct JournalFold {
    private(set) var header: RunHeader?
    private(set) var state: RunState?
    private(set) var lastAt: Timestamp?
    /// Judged windows so far.
    private(set) var verdicts = 0
    private var codec = JournalCodec()
    private var window: Window?
    private let rules: (CanarySpec) throws -> CanarySpec

    /// `respec` may change what the evidence is judged with.
    init(respec: @escaping (CanarySpec) throws -> CanarySpec = { $0 }) {
        rules = respec
    }

    /// What came of one record.
    enum Step {
        case none
        case judged(number: Int, at: Timestamp, recorded: Verdict, recomputed: Verdict)
    }

    @discardableResult
    mutating func add(_ record: [UInt8]) throws -> Step {
        guard let header else {
            guard let header = try codec.decodeHeader(record) else { return .none }
            self.header = header
            state = RunState(header: header, rules: JudgeRules(try rules(header.spec), purpose: header.purpose))
            return .none
        }
        _ = header
        switch try codec.decode(record) {
        case .window(let window):
            self.window = window
            return .none
        case .event(let event, let at):
            lastAt = at
            if case .restored(let restored, _) = event { try requireSameRules(restored) }
            let recomputed = state?.fold(event, window: window, at: at)
            guard case .judged(_, let recorded) = event, let recomputed else { return .none }
            window = nil
            verdicts += 1
            return .judged(number: verdicts, at: at, recorded: recorded, recomputed: recomputed)
        }
    }

    /// A state that was taken over holds evidence and no windows, so that nothing else can be made of them.
    private func requireSameRules(_ restored: RunState) throws(AgentError) {
        guard let state, state.judge.rules != restored.judge.rules else { return }
        throw AgentError(
            "other settings cannot be tried on a journal that begins in the middle of its run",
            cause: "the run was taken over by another process, and its windows of before are not in this journal",
            hint: "replay it as it is, or the journal in which the run began",
            exitCode: .usage
        )
    }
}
