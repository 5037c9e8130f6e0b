import ArgumentParser
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane validate SPEC`: checks a spec without touching anything.
struct ValidateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check a spec; faults are shown with line, column and caret, and end with 64."
    )

    @Argument(help: "The spec; - for standard input.")
    var spec: String

    @Flag(name: .long, help: "Print every value with where it comes from.")
    var effective = false

    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let decoded = try SpecFile.decode(spec, settings: settings.settings)
            let report = SpecReport(
                file: spec,
                name: "\(decoded.spec.namespace)/\(decoded.spec.name)",
                entries: EffectiveSpec(decoded).entries.map {
                    SpecReport.Entry(path: $0.path, value: $0.value, origin: $0.origin.description)
                },
                warnings: SpecAdvice.warnings(decoded.spec)
            )
            switch output.output {
            case .json: Console.output.write(report.json(isEffective: effective))
            case .text: Console.output.write(report.text(isEffective: effective, style: Console.output.style))
            }
            return .healthy
        }
    }
}
