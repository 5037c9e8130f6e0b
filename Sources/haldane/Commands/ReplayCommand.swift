import ArgumentParser
import CanaryAgent
import CanaryReport

/// `haldane replay JOURNAL`: judges the recorded evidence again.
struct ReplayCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Recompute every verdict of a journal; identical bit for bit, or says where not.",
        discussion: """
            Ends with 0 if every verdict is the recorded one, with 2 if some differ. With --set the margins are others.

            examples:
              haldane replay demo4
              haldane replay run-20261123T130324-462 --set objectives.latency.tolerance=50%
            """
    )

    @OptionGroup var choice: JournalChoice
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            // Told before the journal is read.
            _ = try SpecOverlay.check(settings.settings)
            let arguments = settings.settings
            let journal = try choice.path()
            let report = try JournalFault.named(journal) {
                try JournalReplay.replay(path: journal) { try SpecOverlay.apply(arguments, to: $0) }
            }
            let summary = ReplaySummary(report, settings: arguments)
            switch output.output {
            case .json: Console.output.write(summary.json())
            case .text: Console.output.write(summary.text(style: Console.output.style))
            }
            return summary.exitCode
        }
    }
}
