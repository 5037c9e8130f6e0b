import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport

/// `haldane watch`: follows a run to its end.
struct WatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Follow a run to its end, and end with the exit code of its outcome.",
        discussion: """
            Reads the journal, so that anybody may watch who may read it; the run does not notice. Ctrl-C ends the watch, not \
            the run. A run whose process goes away without an outcome ends the watch with 1 if it said so, else with 3.

            examples:
              haldane watch
              haldane watch canary.yaml && deploy/next-region.sh
              haldane watch reviews -n shop
            """
    )

    @OptionGroup var choice: RunChoice
    @OptionGroup var ui: UIOptions
    @OptionGroup var place: InClusterOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var output: OutputOptions

    @Flag(name: .shortAndLong, help: "No progress.")
    var quiet = false

    func run() async throws {
        try await conclude(output, for: .action) {
            if place.isMeant {
                return try await ClusterStatus(place: place, cluster: cluster, output: output)
                    .watch(choice.run, isQuiet: quiet)
            }
            let found = try choice.find()
            let inbox = RunInbox()
            let relay = CommandRelay()
            let screen = ProgressScreen(quiet ? .none : ui.ui, keys: .watch(relay, inbox))
            defer { screen.close() }
            let end = try await SignalWatch.run(inbox: inbox, onInterrupt: .keep) {
                try await relay.serving(found.folder) {
                    try await RunWatch(folder: found.folder, inbox: inbox).run(
                        past: screen.catchUp,
                        caughtUp: screen.show,
                        present: screen.observe
                    )
                }
            }
            screen.close()
            switch end {
            case .left(let signal):
                if !quiet {
                    Console.talk.write("the watch has ended, the run goes on: `haldane status`, `haldane watch`\n")
                }
                return signal.contains("SIGTERM") ? .terminated : .interrupted
            case .finished(let run, let outcome):
                return summarize(run, outcome)
            case .abandoned(let run):
                return write(RunLook.status(run, .nobody, resumption: choice.resumption(found)))
            }
        }
    }

    private func summarize(_ run: RecordedRun, _ outcome: Outcome) -> CanaryCore.ExitCode {
        let report = RunReport(
            header: run.snapshot.header,
            ledger: run.snapshot.ledger,
            outcome: outcome,
            weights: run.snapshot.rollout.route?.weights,
            route: run.snapshot.header.place,
            journalPath: run.journalPath
        )
        let summary = RunSummary(report)
        switch output.output {
        case .json: Console.output.write(summary.json())
        case .text: Console.output.write(summary.text(style: Console.output.style))
        }
        return summary.exitCode
    }

    private func write(_ status: RunStatus) -> CanaryCore.ExitCode {
        switch output.output {
        case .json: Console.output.write(status.json())
        case .text: Console.output.write(status.text(style: Console.output.style))
        }
        return status.code
    }
}
