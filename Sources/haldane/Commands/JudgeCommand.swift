import ArgumentParser
import CanaryCore
import CanaryYAML

/// `haldane judge`: one look, no writes to any route: at recorded windows, at two versions side by side, or at two times.
struct JudgeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "judge",
        abstract: "Judge recorded windows, or the past from stored telemetry.",
        discussion: """
            --windows FILE: JSON Lines in, one answer a window out. The format is haldane.windows/1. Answers are written before more \
            input is waited for, so any program can close the loop. The exit code is that of the last verdict when there is one run, \
            0 otherwise; 64 at a bad line, with its number.

            --from TIME --to TIME: two versions that had traffic side by side, through the Prometheus server of the spec.
            --before TIME --after TIME: the time that ends at a deploy and the time that begins after it, when only one version lived \
            at a time. Time confounds it, and its words are weaker.
            The exit code is 0 healthy, 1 undecided, 2 degraded, 3 could not tell. Both write a journal for explain and replay.

            TIME is 2026-11-22T14:00Z or 2026-11-22T15:00:30+01:00 (a zone is needed), now, or -2h30m.

            examples:
              haldane judge canary.yaml --from 2026-11-22T14:00Z --to 2026-11-22T15:00Z
              haldane judge canary.yaml --before -3h --after -2h30m --span 1h
              haldane judge --windows recording.jsonl
            """
    )

    @Option(name: .long, help: ArgumentHelp("The recording; - for standard input.", valueName: "file"))
    var windows: String?

    @Argument(
        help:
            "A spec with the margins, steps and guards; with --windows the defaults without the absolute guard if left out.",
        completion: .spec
    )
    var spec: String?

    @OptionGroup var times: PastTimeOptions
    @OptionGroup var summary: SummaryOptions
    @OptionGroup var report: ReportOptions
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if windows != nil {
            guard summary.summary == nil else {
                throw ValidationError("--summary is of the past; a recording is answered line by line.")
            }
            guard report.report == nil else {
                throw ValidationError("--report is of the past; a recording is answered line by line.")
            }
            guard times.isEmpty else {
                throw ValidationError("--windows judges a recording: it goes with none of \(PastTimeOptions.names).")
            }
            if windows == "-", spec == "-" {
                throw ValidationError("Standard input cannot be both the windows and the spec.")
            }
            return
        }
        guard !times.isEmpty else {
            throw ValidationError("Give --windows FILE, or --from TIME --to TIME, or --before TIME --after TIME.")
        }
        try times.check()
        guard spec != nil else {
            throw ValidationError("The past needs a spec: it names the Prometheus server and the two versions.")
        }
    }

    func run() async throws {
        if let windows {
            try await JudgeWindows(recording: windows, spec: spec, settings: settings, output: output).run()
        } else if let spec {
            try await JudgePast(
                spec: spec,
                times: times,
                summary: summary.summary,
                report: report.report,
                cluster: cluster,
                settings: settings,
                output: output
            ).run()
        }
    }
}
