import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane plan SPEC`: what each step will need at the present traffic.
struct PlanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan",
        abstract: "Say how many requests and how much time each step needs, and the smallest regression visible.",
        discussion: "Without --rps the present traffic is taken from two rounds of scraping, one interval apart."
    )

    @Argument(help: "The spec; - for standard input.", completion: .spec)
    var spec: String

    @Option(name: .long, help: "Requests per second of the whole service.")
    var rps: Double?

    @Option(
        name: .long,
        help: ArgumentHelp("Share of requests that stable fails, in percent (0.5 or 0.5%).", valueName: "percent")
    )
    var baseErrors: String?

    @OptionGroup var cluster: ClusterFlags
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let rps, !(rps.isFinite && rps > 0) { throw ValidationError("--rps must be a number above 0.") }
        if baseErrors != nil, errorShare == nil {
            throw ValidationError("--base-errors must be a percentage from 0 to 100.")
        }
    }

    func run() async throws {
        try await conclude(output) {
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            var traffic: PlanTable.Traffic
            if let rps {
                traffic = PlanTable.Traffic(requestsPerSecond: rps, errorShare: errorShare ?? 0.005, origin: "--rps")
            } else {
                traffic = try await TrafficProbe.measure(
                    try RunOptions(decoded, specFile: spec, cluster: cluster.options, journal: nil)
                )
                if let errorShare { traffic.errorShare = errorShare }
            }
            let table = PlanTable(spec: decoded.spec, traffic: traffic)
            switch output.output {
            case .json: Console.output.write(table.json())
            case .text: Console.output.write(table.text(style: Console.output.style))
            }
            return .healthy
        }
    }

    /// 0...1.
    private var errorShare: Double? {
        guard let baseErrors else { return nil }
        let digits = baseErrors.hasSuffix("%") ? String(baseErrors.dropLast()) : baseErrors
        guard let value = Double(digits), (0...100).contains(value) else { return nil }
        return value / 100
    }
}
