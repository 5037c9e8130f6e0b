import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `haldane explain JOURNAL`: why this decision, in sentences.
struct ExplainCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a run, or a judgement of the past, was decided as it was, in sentences with the numbers.",
        discussion: """
            examples:
              haldane explain
              haldane explain demo4
              haldane explain run-20261123T130324-462
            """
    )

    @OptionGroup var choice: JournalChoice
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let journal = try choice.path()
            let report = try JournalFault.named(journal) { try JournalReplay.load(path: journal) }
            if report.header.purpose != nil { return try explainPast(report, journal) }
            let explanation = Explanation(header: report.header, ledger: report.ledger, outcome: report.outcome)
            switch output.output {
            case .json:
                Console.output.write(explanation.json())
            case .text:
                let width = Console.output.isTerminal ? Console.output.size.columns : 100
                Console.output.write(explanation.text(style: Console.output.style, width: min(width, 100)))
            }
            return .healthy
        }
    }

    /// A judgement of the past has moments and no weights.
    private func explainPast(_ report: ReplayReport, _ journal: String) throws -> CanaryCore.ExitCode {
        let explanation = PastExplanation(
            header: report.header,
            ledger: report.ledger,
            account: try JournalFault.named(journal) { try PastJournal.account(path: journal) },
            outcome: report.outcome
        )
        switch output.output {
        case .json:
            Console.output.write(explanation.json())
        case .text:
            let width = Console.output.isTerminal ? Console.output.size.columns : 100
            Console.output.write(explanation.text(style: Console.output.style, width: min(width, 100)))
        }
        return .healthy
    }
}
