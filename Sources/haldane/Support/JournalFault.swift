import CanaryAgent
import CanaryCore
import CanaryReport

/// A journal that cannot be read is invalid input, whatever the reason.
enum JournalFault {
    static func named<T>(_ path: String, _ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let error as AgentError {
            throw CommandFault(InputFault(error.message, cause: error.cause, hint: error.hint), .usage)
        }
    }
}

extension ReplaySummary {
    init(_ report: ReplayReport, settings: [String]) {
        self.init(
            header: report.header,
            outcome: report.outcome,
            verdicts: report.verdicts,
            differences: report.differences.map {
                Difference(window: $0.window, at: $0.at, recorded: $0.recorded, recomputed: $0.recomputed)
            },
            differenceCount: report.differenceCount,
            recorded: report.firstRecordedDecision.map { FirstDecision(window: $0.window, verdict: $0.1) },
            recomputed: report.firstRecomputedDecision.map { FirstDecision(window: $0.window, verdict: $0.1) },
            tornBytes: report.tornBytes,
            settings: settings
        )
    }
}
