import CanaryAgent
import CanaryCore
import CanaryQueries
import CanaryReport
import CanarySources
import CanaryTransport
import CanaryYAML

/// `judge --from --to` and `judge --before --after`: the past, through the Prometheus server of the spec.
struct JudgePast {
    let spec: String
    let times: PastTimeOptions
    let summary: String?
    let report: String?
    let cluster: ClusterFlags
    let settings: SettingOptions
    let output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            guard decoded.spec.telemetry.prometheus != nil else {
                throw CommandFault(
                    InputFault(
                        "\(spec == "-" ? "the spec" : spec) names no server that keeps the past",
                        hint: "add spec.telemetry.prometheus: { url: \"http://prometheus:9090\" }; "
                            + "a recording is judged with --windows FILE"
                    ),
                    .usage
                )
            }
            let run = try RunOptions(decoded, specFile: spec, cluster: cluster.options, journal: nil)
            let live = run.liveWithDestinations
            // The journal takes the destinations, and the names of variables in place of their values.
            var written = run.spec
            written.route = live.route
            let now = TimeArgument.now
            guard let question = times.question(now: now) else {
                throw CommandFault(InputFault("the times cannot be read", hint: "haldane judge --help"), .usage)
            }
            let queries = try QueryFolder.load(decoded.queryFolder(specFile: spec), for: decoded.spec)
            let past = try await HTTPClient.lent { http in
                let (live, note) = await live.settled(http, now: now)
                let options = PastOptions(
                    spec: written,
                    question: question,
                    journalDirectory: times.journal
                        ?? JournalHome(flag: nil, environment: Console.environment)
                        .pastFolder(namespace: written.namespace, name: written.name),
                    now: now,
                    delay: live.telemetry.prometheus?.delay ?? .zero,
                    version: Version.number
                )
                var report = try await session(options, live, queries, http).run()
                if let note, report.notes.contains(where: { $0.contains("ahead of the last samples") }) {
                    report.notes.append(note)
                }
                return report
            }
            SummaryOptions.append(StepSummary(past), to: summary)
            ReportOptions.write(journal: past.journalPath, to: report)
            let summary = PastSummary(past)
            switch output.output {
            case .json: Console.output.write(summary.json())
            case .text: Console.output.write(summary.text(style: Console.output.style))
            }
            return summary.exitCode
        }
    }

    private func session(
        _ options: PastOptions,
        _ live: CanarySpec,
        _ queries: QuerySet,
        _ http: HTTPClient
    ) -> PastSession {
        var views: PastSession.Views?
        if let server = live.telemetry.prometheus {
            let asked = ViewSession(spec: live, queries: queries, client: PrometheusClient(server, http: http))
            views = { from, to, roles, windows in
                await asked.views(from: from, to: to, roles: roles, windows: windows)
            }
        }
        return PastSession(
            options: options,
            archive: { PrometheusArchive(spec: live, roles: $0, queries: queries, http: http) },
            views: views
        )
    }
}
