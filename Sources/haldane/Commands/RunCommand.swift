import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane run SPEC`: one rollout to its end.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run one rollout to its end: watch, compare, promote or roll back.",
        discussion: "An unfinished run in the journal's folder is resumed. The exit code is that of the outcome."
    )

    @Argument(help: "The spec (`haldane init ROUTE` writes one); - for standard input.", completion: .spec)
    var spec: String

    @Option(
        name: .long,
        help: "Where journals are kept. (default: .haldane/<namespace>-<name>/)",
        completion: .directory
    )
    var journal: String?

    @OptionGroup var journals: JournalsOptions
    @OptionGroup var retention: RetentionOptions

    @Flag(name: .long, help: "Close an unfinished run and begin a new one.")
    var new = false

    @Flag(name: .long, help: "Write nothing; print every write that a run would make.")
    var dryRun = false

    @Option(name: .long, help: "On SIGINT or SIGTERM leave the weights as they are, or roll back first.")
    var onInterrupt: SignalWatch.OnInterrupt = .keep

    @OptionGroup var page: ListenOptions
    @OptionGroup var summary: SummaryOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var ui: UIOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        try await conclude(output, for: .action) {
            let options = try options()
            if dryRun { return try await preview(options) }
            return try await page.serving { board in
                try retention.apply(to: options.journalDirectory, isQuiet: quiet)
                return try await RunAction.perform(
                    options,
                    onInterrupt: onInterrupt,
                    isQuiet: quiet,
                    ui: ui.ui,
                    summary: summary.summary,
                    report: report.report,
                    page: board,
                    output
                )
            }
        }
    }

    private func options() throws -> RunOptions {
        let decoded = try SpecFile.decode(spec, settings: settings.settings)
        var options = try RunOptions(
            decoded,
            specFile: spec,
            cluster: cluster.options,
            journal: journal,
            home: journals.home
        )
        options.startsNew = new
        let warnings = SpecAdvice.warnings(options.live) + [SpecGate.warning(decoded.policy)].compactMap { $0 }
        for warning in warnings where !quiet { Console.talk.write("warning: \(warning)\n") }
        return options
    }

    private func preview(_ options: RunOptions) async throws -> CanaryCore.ExitCode {
        let report = try await DryRun(options: options).run()
        let preview = RunPreview(
            spec: options.spec,
            place: report.place,
            stable: report.stable,
            canary: report.canary,
            found: report.found,
            writes: report.writes.map { RunPreview.Write(plan: $0.plan, weights: $0.weights) },
            rollback: RunPreview.Write(plan: report.rollback.plan, weights: report.rollback.weights),
            window: report.window,
            refusal: report.refusal,
            findings: report.findings,
            population: report.population
        )
        switch output.output {
        case .json: Console.output.write(preview.json())
        case .text: Console.output.write(preview.text(style: Console.output.style))
        }
        return preview.exitCode
    }
}

extension SignalWatch.OnInterrupt: ExpressibleByArgument {}
