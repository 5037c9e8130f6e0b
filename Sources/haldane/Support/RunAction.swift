import CanaryAgent
import CanaryCore
import CanaryReport
import Glibc

/// Runs a rollout in this process to its end, shown on the terminal and open to operators.
enum RunAction {
    /// - Parameters:
    ///   - inbox: may hold a command already.
    ///   - summary: a file that a Markdown summary is appended to.
    static func perform(
        _ options: RunOptions,
        inbox: RunInbox = RunInbox(),
        onInterrupt: SignalWatch.OnInterrupt,
        isQuiet: Bool,
        summary: String? = nil,
        _ output: OutputOptions
    ) async throws -> CanaryCore.ExitCode {
        let screen = ProgressScreen(isQuiet: isQuiet)
        defer { screen.close() }
        let desk = RunDesk(
            inbox: inbox,
            render: { snapshot, place in
                RunStatus(
                    header: snapshot.header,
                    rollout: snapshot.rollout,
                    ledger: snapshot.ledger,
                    at: snapshot.at,
                    state: .running,
                    journal: place.journalPath,
                    process: getpid()
                ).json()
            },
            warn: { if !isQuiet { Console.talk.write("warning: \($0)\n") } }
        )
        let report = try await SignalWatch.run(inbox: inbox, onInterrupt: onInterrupt) {
            try await RunSession(options: options, observer: screen, inbox: inbox, desk: desk).run()
        }
        SummaryOptions.append(StepSummary(report), to: summary)
        return RunEnding.conclude(RunSummary(report), screen, output)
    }
}
