import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML
import FoundationEssentials

/// `haldane retry SPEC`: a release that was rolled back is tried again.
struct RetryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retry",
        abstract: "Try a release again that was rolled back: a new run from the first step.",
        discussion: """
            `run` refuses a release of a cluster that was rolled back; this does not. The reason is the first thing in the new \
            run's journal. The exit code is that of the outcome.

            In a cluster it tells the agent to try what is in the idle slot of the Canary, whatever became of it before; its \
            exit code says whether the agent does it.

            examples:
              haldane retry canary.yaml --reason 'the database was down, not the release'
              haldane retry reviews -n shop --reason 'the database was down, not the release'
            """
    )

    @Argument(help: "The spec; - for standard input. In a cluster: the Canary's name.", completion: .spec)
    var spec: String

    @Option(name: .long, help: "Why, for the journal; required in a cluster.")
    var reason: String?

    @Option(
        name: .long,
        help: "Where journals are kept. (default: .haldane/<namespace>-<name>/)",
        completion: .directory
    )
    var journal: String?

    @OptionGroup var journals: JournalsOptions
    @OptionGroup var retention: RetentionOptions

    @Option(name: .long, help: "On SIGINT or SIGTERM leave the weights as they are, or roll back first.")
    var onInterrupt: SignalWatch.OnInterrupt = .keep

    @OptionGroup var place: InClusterOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var answer: AnswerOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        try await conclude(output, for: .action) {
            if place.isMeant {
                return try await ClusterAction(
                    verb: .retry,
                    name: spec,
                    reason: reason,
                    place: place,
                    cluster: cluster,
                    answer: answer,
                    output: output
                ).perform()
            }
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            var options = try RunOptions(
                decoded,
                specFile: spec,
                cluster: cluster.options,
                journal: journal,
                home: journals.home
            )
            try requireEnded(options.journalDirectory)
            try retention.apply(to: options.journalDirectory, isQuiet: quiet)
            options.startsNew = true
            let words = (reason ?? "").split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let why = words.isEmpty ? "no reason given" : words
            options.retryReason = Reason("retry", "tried again by the operator: \(Operator.name): \(why)")
            let warnings = SpecAdvice.warnings(options.live) + [SpecGate.warning(decoded.policy)].compactMap { $0 }
            for warning in warnings where !quiet {
                Console.talk.write("warning: \(warning)\n")
            }
            return try await RunAction.perform(options, onInterrupt: onInterrupt, isQuiet: quiet, output)
        }
    }

    /// Refuses where there is nothing to try again. A journal that cannot be read stands in nobody's way.
    private func requireEnded(_ folder: String) throws(CommandFault) {
        guard FileManager.default.fileExists(atPath: folder) else {
            throw CommandFault(
                InputFault(
                    "no run has been begun in \(folder): there is nothing to retry",
                    hint: "begin with `haldane run`"
                ),
                .unknown
            )
        }
        guard let last = try? RunFolder(path: folder).recorded() else { return }
        switch last.outcome {
        case nil:
            throw CommandFault(
                InputFault(
                    "the run \(last.snapshot.header.run) is not over: there is nothing to retry",
                    hint: "see `haldane status`; `haldane run` goes on with it"
                ),
                .unknown
            )
        case .promoted?:
            throw CommandFault(
                InputFault(
                    "the run \(last.snapshot.header.run) was promoted: there is nothing to retry",
                    hint: "begin the next release with `haldane run --new`"
                ),
                .unknown
            )
        default:
            return
        }
    }
}
