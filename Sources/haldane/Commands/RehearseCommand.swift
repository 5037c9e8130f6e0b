import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySources
import CanaryTransport
import CanaryYAML
import FoundationEssentials

/// `haldane rehearse SPEC`: placebo canaries made of the stable version's own history.
struct RehearseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rehearse",
        abstract: "Play rollouts of placebo canaries made of v1's own history, before the first real one.",
        discussion: """
            Some of v1's pods play the canary, thinned to the weight of each step, and the whole engine judges them many times: how \
            often would an equal release be rolled back, how often stay undecided, how long would it take? Then the same with a canary \
            that is made worse. Nothing is written anywhere.

            The history comes from the spec's Prometheus server (--from, --to), from a recording (--windows), or from the journals of \
            earlier runs (--journal; also where the spec has no server). TIME is 2026-11-22T14:00Z (a zone is needed), now, or -24h.

            exit codes: 0 the false rollbacks agree with guards.falseRollback; 2 they are more, proved; 1 the history is too short; \
            3 could not tell.

            examples:
              haldane rehearse canary.yaml
              haldane rehearse canary.yaml --from -2d --runs 1000
              haldane rehearse canary.yaml --windows recording.jsonl --pods 1
            """
    )

    @Argument(help: "The spec; - for standard input.", completion: .spec)
    var spec: String

    // Unconditional, because a time may begin with a minus.
    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The history's beginning; 24 h before its end if left out.", valueName: "time")
    )
    var from: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("The history's end; now if left out.", valueName: "time")
    )
    var to: String?

    @Option(
        name: .long,
        help: ArgumentHelp("A recording as history (haldane.windows/1); - for standard input.", valueName: "file")
    )
    var windows: String?

    @Option(name: .long, help: ArgumentHelp("The journals of earlier runs as history.", valueName: "dir"))
    var journal: String?

    @Option(name: .long, help: "Placebo rollouts; each worse canary gets at most 100.")
    var runs: Int = 200

    @Option(name: .long, help: "How many of v1's pods play the canary; two, or one of three, if left out.")
    var pods: Int?

    @Option(name: .long, help: "The seed of all chance; the same seed gives the same report.")
    var seed: UInt64 = 7

    @Option(name: .long, help: "Rollouts played at the same time; as many as there are processors if left out.")
    var threads: Int?

    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard (1...RehearseOptions.mostRuns).contains(runs) else {
            throw ValidationError("--runs must be from 1 to \(RehearseOptions.mostRuns).")
        }
        if let pods, pods < 1 { throw ValidationError("--pods must be at least 1.") }
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads must be from 1 to 256.") }
        if windows == "-", spec == "-" {
            throw ValidationError("Standard input cannot be both the windows and the spec.")
        }
        let sources = [windows != nil, journal != nil, from != nil || to != nil].count { $0 }
        guard sources <= 1 else {
            throw ValidationError("The history comes from one source: --windows, --journal, or --from and --to.")
        }
        for (name, text) in [("--from", from), ("--to", to)] {
            if let fault = text.flatMap({ TimeArgument.fault(name, $0) }) { throw ValidationError(fault) }
        }
    }

    func run() async throws {
        try await conclude(output) {
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            let client = HTTPClient()
            do {
                let code = try await rehearse(decoded, client)
                await client.shutdown()
                return code
            } catch {
                await client.shutdown()
                throw error
            }
        }
    }

    private func rehearse(_ decoded: DecodedSpec, _ client: HTTPClient) async throws -> CanaryCore.ExitCode {
        let run = try RunOptions(decoded, specFile: spec, cluster: cluster.options, journal: journal)
        let stop = RehearseStop()
        let session = RehearseSession(
            options: RehearseOptions(
                spec: run.spec,
                source: try source(run, queries: decoded.queryFolder(specFile: spec), client),
                runs: runs,
                seed: seed,
                pods: pods,
                threads: threads ?? ProcessInfo.processInfo.activeProcessorCount
            ),
            stop: stop,
            progress: Self.progress()
        )
        let rehearsal = try await session.prepare()
        let report = try await stop.heedingSignals { await session.play(rehearsal) }
        Self.clearProgress()
        let screen = RehearsalScreen(report)
        switch output.output {
        case .json: Console.output.write(screen.json())
        case .text: Console.output.write(screen.text(style: Console.output.style))
        }
        return switch stop.cause {
        case .interrupted where report.interruption != nil: .interrupted
        case .terminated where report.interruption != nil: .terminated
        default: report.exitCode
        }
    }

    private func source(
        _ run: RunOptions,
        queries: String?,
        _ client: HTTPClient
    ) throws -> RehearseOptions.Source {
        if let windows { return .recording(path: windows) }
        guard journal == nil, let server = run.spec.telemetry.prometheus else {
            guard from == nil, to == nil else {
                throw CommandFault(
                    InputFault(
                        "--from and --to need a Prometheus server",
                        hint: "name it under telemetry.prometheus.url, or use --windows or --journal"
                    ),
                    .usage
                )
            }
            return .journals(directory: run.journalDirectory)
        }
        let now = TimeArgument.now
        let last = now.advanced(by: .zero - max(server.delay, .zero))
        let end = min(to.flatMap { TimeArgument.moment($0, now: now) } ?? last, last)
        let start = from.flatMap { TimeArgument.moment($0, now: now) } ?? end.advanced(by: .seconds(-86_400))
        guard start < end else {
            throw CommandFault(
                InputFault("--to is not after --from", hint: "give the earlier time with --from"),
                .usage
            )
        }
        let live = run.liveWithDestinations
        let queries = try QueryFolder.load(queries)
        return .archive(
            { roles in PrometheusArchive(spec: live, roles: roles, queries: queries, http: client) },
            name: server.url,
            from: start,
            to: end
        )
    }

    /// One line that is written over, on a terminal only.
    private static func progress() -> RehearseSession.Progress {
        guard Console.talk.isTerminal else { return { _ in } }
        return { line in
            let width = Console.talk.size.columns - 1
            Console.talk.write("\r\u{1B}[K" + line.text(width: width))
        }
    }

    private static func clearProgress() {
        if Console.talk.isTerminal { Console.talk.write("\r\u{1B}[K") }
    }
}
