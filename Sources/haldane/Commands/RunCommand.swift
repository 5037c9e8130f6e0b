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

    @Argument(help: "The spec (`haldane init ROUTE` writes one); - for standard input.")
    var spec: String

    @Option(name: .long, help: "Where journals are kept. (default: .haldane/<namespace>-<name>/)")
    var journal: String?

    @Flag(name: .long, help: "Close an unfinished run and begin a new one.")
    var new = false

    @Flag(name: .long, help: "Write nothing; print every write that a run would make.")
    var dryRun = false

    @Option(name: .long, help: "On SIGINT or SIGTERM leave the weights as they are, or roll back first.")
    var onInterrupt: SignalWatch.OnInterrupt = .keep

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        try await conclude(output) {
            let options = try options()
            if dryRun { return try await preview(options) }
            let inbox = RunInbox()
            let screen = ProgressScreen(isQuiet: quiet)
            defer { screen.close() }
            let report = try await SignalWatch.run(inbox: inbox, onInterrupt: onInterrupt) {
                try await RunSession(options: options, observer: screen, inbox: inbox).run()
            }
            return RunEnding.conclude(RunSummary(report), screen, output)
        }
    }

    private func options() throws -> RunOptions {
        let decoded = try SpecFile.decode(spec, settings: settings.settings)
        guard let route = decoded.routeFile(specFile: spec) else {
            throw CommandFault(
                InputFault(
                    "\(spec) names no route file",
                    hint: "this version rewrites routes in files: add route.file, or --set route.file=PATH"
                ),
                .usage
            )
        }
        // Variables that are missing are told before anything is done; the journal keeps their names, not their values.
        let expanded = try decoded.expanded(environment: Console.environment)
        for warning in SpecAdvice.warnings(expanded.spec) where !quiet { Console.talk.write("warning: \(warning)\n") }
        return RunOptions(
            spec: decoded.spec,
            live: expanded.spec,
            routePath: route,
            journalDirectory: journal ?? ".haldane/\(decoded.spec.namespace)-\(decoded.spec.name)",
            startsNew: new,
            version: Version.number
        )
    }

    private func preview(_ options: RunOptions) async throws -> CanaryCore.ExitCode {
        let report = try await DryRun(options: options).run()
        let preview = RunPreview(
            spec: options.spec,
            routePath: options.routePath,
            stable: report.stable,
            canary: report.canary,
            found: report.found,
            writes: report.writes.map { RunPreview.Write(plan: $0.plan, weights: $0.weights) },
            rollback: RunPreview.Write(plan: report.rollback.plan, weights: report.rollback.weights),
            window: report.window,
            refusal: report.refusal
        )
        switch output.output {
        case .json: Console.output.write(preview.json())
        case .text: Console.output.write(preview.text(style: Console.output.style))
        }
        return preview.exitCode
    }
}

extension SignalWatch.OnInterrupt: ExpressibleByArgument {}
