import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySimulator

/// The end of a run that was watched: screen, summary, exit code.
enum RunEnding {
    /// Prints the summary and gives the exit code: of the outcome, or of the signal that ended the run.
    static func conclude(_ summary: RunSummary, _ screen: ProgressScreen, _ output: OutputOptions) -> ExitCode {
        screen.close()
        switch output.output {
        case .json: Console.output.write(summary.json())
        case .text:
            let width = Console.output.isTerminal ? Console.output.size.columns : 112
            Console.output.write(summary.text(style: Console.output.style, width: min(width, 112)))
        }
        return signal(summary.report) ?? summary.exitCode
    }

    /// 130 or 143 if a signal ended the run, rolled back first or not; 3 if somebody else goes on with it, because how it ends cannot
    /// be told here.
    private static func signal(_ report: RunReport) -> ExitCode? {
        let why = report.interruption?.text ?? report.outcome?.reason.text ?? ""
        if why.contains("(SIGTERM)") || why.contains("(SIGHUP)") { return .terminated }
        if report.interruption?.label == "lease-lost" { return .unknown }
        return why.contains("(SIGINT)") || report.outcome == nil ? .interrupted : nil
    }
}

extension DemoFacts {
    /// The truth of a demo, beside the expectation of its scenario.
    init(_ demo: DemoReport) {
        let truth = demo.truth
        func version(_ truth: VersionTruth) -> Version {
            Version(
                requests: truth.requests,
                failed: truth.failed,
                medianMilliseconds: truth.medianMilliseconds,
                p99Milliseconds: truth.p99Milliseconds
            )
        }
        self.init(
            scenario: demo.scenario.rawValue,
            seed: demo.seed,
            nature: truth.nature,
            expectation: demo.scenario.expectation.summary,
            isAsExpected: demo.isAsExpected,
            seconds: truth.seconds,
            stable: version(truth.stable),
            stableBesideCanary: version(truth.stableBesideCanary),
            canary: version(truth.canary),
            bypassed: truth.bypassed,
            restarts: truth.restarts
        )
    }
}
