import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTransport
import CanaryYAML

/// `haldane queries run`: asks one query for a spec.
struct RunQuery: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Fill a query from a spec, ask the spec's server, and print the answer and the query as sent.",
        discussion: """
            For grafana_… and kiali_… queries also our own count of the same time, with the reason where the numbers differ.
            0 answered, 3 nothing can be told: no series, wrong labels, or the server cannot be asked.
            """
    )

    @Argument(help: "The query's name.")
    var name: String

    @Argument(help: "The spec; - for standard input.", completion: .spec)
    var spec: String

    @Option(name: .long, parsing: .unconditional, help: "The moment: 2026-11-22T14:00Z with a zone, now, or -2h30m.")
    var at = "now"

    @Option(name: .long, help: "How long a time views show, up to that moment.")
    var period = "5m"

    @OptionGroup var folder: QueryFolderOption
    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let fault = TimeArgument.fault("--at", at) { throw ValidationError(fault) }
        guard let length = SpecSyntax.duration(period), length >= .seconds(1), length <= ViewSession.longestPeriod
        else {
            throw ValidationError("--period '\(period)' is not a duration from 1s to 31d.")
        }
    }

    func run() async throws {
        try await conclude(output) {
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            let live = try RunOptions(decoded, specFile: spec, cluster: cluster.options, journal: nil)
                .liveWithDestinations
            let queries = try QueryFolder.load(folder.queries ?? decoded.queryFolder(specFile: spec))
            let now = TimeArgument.now
            let moment = TimeArgument.moment(at, now: now) ?? now
            let found = try await HTTPClient.lent { http in
                // Samples on their way are let in before the present is asked about.
                let live = await live.settled(http, now: now).spec
                let delay = live.telemetry.prometheus?.delay ?? .zero
                let options = QuerySession.Options(
                    spec: live,
                    queries: queries,
                    name: name,
                    at: min(moment, now.advanced(by: .zero - delay)),
                    period: SpecSyntax.duration(period) ?? .seconds(300)
                )
                return try await QuerySession(options: options, http: http).run()
            }
            switch output.output {
            case .json: Console.output.write(found.json())
            case .text: Console.output.write(found.text(style: Console.output.style))
            }
            return found.exitCode
        }
    }
}
