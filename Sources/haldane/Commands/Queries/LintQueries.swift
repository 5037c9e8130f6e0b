import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySources
import CanaryTransport

/// `haldane queries lint`: what would make numbers wrong.
struct LintQueries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lint",
        abstract: "Check queries; what cannot be used is shown with line and column, and ends with 64.",
        discussion: """
            With --prometheus each query that passes is asked of that server as well: its errors, and answers without the labels that \
            the header promises, are findings; a server that cannot be asked ends with 3.
            """
    )

    @Argument(help: "A folder of queries; those in the program if left out.")
    var folder: String?

    @Option(name: .long, help: ArgumentHelp("Ask this server too.", valueName: "url"))
    var prometheus: String?

    @Option(
        name: .long,
        parsing: .unconditional,
        help: "The moment to ask it for: 2026-11-22T14:00Z with a zone, now, or -2h30m."
    )
    var at = "now"

    @Option(name: .long, help: ArgumentHelp("The label that tells pods apart there.", valueName: "name"))
    var podLabel = "pod"

    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let prometheus, !prometheus.hasPrefix("http://"), !prometheus.hasPrefix("https://") {
            throw ValidationError("--prometheus must begin with http:// or https://.")
        }
        if let fault = TimeArgument.fault("--at", at) { throw ValidationError(fault) }
    }

    func run() async throws {
        try await conclude(output) {
            let session = QueryLintSession(folder: folder, podLabel: podLabel)
            let found = try await HTTPClient.lent { http in
                let client = prometheus.map { PrometheusClient(PrometheusSpec(url: $0), http: http) }
                let now = TimeArgument.now
                return try await session.run(asking: client, at: TimeArgument.moment(at, now: now) ?? now)
            }
            switch output.output {
            case .json: Console.output.write(found.json())
            case .text: Console.output.write(found.text(style: Console.output.style))
            }
            return found.exitCode
        }
    }
}
