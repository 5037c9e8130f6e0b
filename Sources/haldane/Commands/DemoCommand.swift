import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySimulator

/// `haldane demo`: the whole loop without a cluster.
struct DemoCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Run a whole rollout against a simulated mesh: real scraping, a real route file.",
        discussion: "The exit code is that of the outcome: 0 promoted, 1 held, 2 rolled back.\n\nscenarios:\n"
            + Scenario.allCases.map { "  \($0.rawValue): \($0.summary)" }.joined(separator: "\n")
    )

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var ui: UIOptions
    @OptionGroup var page: ListenOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        try await conclude(output, for: .action) {
            let options = try mesh.options(settings: settings.settings)
            if !quiet {
                Console.talk.write(
                    "demo: \(options.scenario.rawValue), seed \(options.seed), files in \(options.directory)\n"
                )
            }
            return try await page.serving(speed: mesh.speed) { board in
                let inbox = RunInbox()
                let screen = ProgressScreen(quiet ? .none : ui.ui, pace: .virtual(mesh.speed), keys: .demo(inbox))
                defer { screen.close() }
                let watcher = StatusBoard.beside(screen, board)
                let ended = try await SignalWatch.run(inbox: inbox, onInterrupt: .keep) {
                    try await DemoSession(options: options, observer: watcher, inbox: inbox, page: board).run()
                }
                screen.close()
                ReportOptions.write(journal: ended.run.journalPath, to: report.report)
                return RunEnding.conclude(RunSummary(ended.run, demo: DemoFacts(ended)), screen, output)
            }
        }
    }
}
