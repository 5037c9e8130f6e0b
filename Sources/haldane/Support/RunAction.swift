import CanaryAgent
import CanaryCore
import CanaryReport
import Glibc

/// Runs a rollout in this process to its end, shown on the terminal and open to operators.
enum RunAction {
    /// - Parameters:
    ///   - inbox: may hold a command already.
    ///   - summary: a file that a Markdown summary is appended to.
    ///   - file: where a report is written at the end.
    ///   - page: shows the run to browsers and monitoring.
    static func perform(
        _ options: RunOptions,
        inbox: RunInbox = RunInbox(),
        onInterrupt: SignalWatch.OnInterrupt,
        isQuiet: Bool,
        ui: UIMode = .auto,
        summary: String? = nil,
        report file: String? = nil,
        page: StatusBoard? = nil,
        _ output: OutputOptions
    ) async throws -> CanaryCore.ExitCode {
        let screen = ProgressScreen(isQuiet ? .none : ui, keys: .run(inbox), actor: options.by)
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
            warn: { screen.warn("\($0)") }
        )
        let gates: [any RunObserver] = (options.gate as? SpecGate).map { [$0] } ?? []
        let watcher = RunObservers([StatusBoard.beside(screen, page)] + gates)
        let report = try await SignalWatch.run(inbox: inbox, onInterrupt: onInterrupt) {
            try await RunSession(options: options, observer: watcher, inbox: inbox, desk: desk, page: page).run()
        }
        screen.close()
        SummaryOptions.append(StepSummary(report), to: summary)
        ReportOptions.write(journal: report.journalPath, to: file)
        return RunEnding.conclude(RunSummary(report), screen, output)
    }
}
