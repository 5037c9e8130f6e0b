import ArgumentParser
import CanaryAgent
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
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        try await conclude(output) {
            let options = try mesh.options(settings: settings.settings)
            if !quiet {
                Console.talk.write(
                    "demo: \(options.scenario.rawValue), seed \(options.seed), files in \(options.directory)\n"
                )
            }
            let inbox = RunInbox()
            let screen = ProgressScreen(isQuiet: quiet)
            defer { screen.close() }
            let report = try await SignalWatch.run(inbox: inbox, onInterrupt: .keep) {
                try await DemoSession(options: options, observer: screen, inbox: inbox).run()
            }
            return RunEnding.conclude(RunSummary(report.run, demo: DemoFacts(report)), screen, output)
        }
    }
}
