import ArgumentParser
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane schema`: the JSON Schema of a spec, or of a report.
struct SchemaCommand: AsyncParsableCommand {
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case spec
        case report
    }

    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of a spec, for editors, or of a report; it is JSON in both outputs."
    )

    @Argument(help: "What is described: a spec, or what 'haldane report --format json' prints.")
    var subject: Subject = .spec

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let schema =
                switch subject {
                case .spec: SpecSchema.json()
                case .report: ReportSchema.json()
                }
            Console.output.write(schema.hasSuffix("\n") ? schema : schema + "\n")
            return .healthy
        }
    }
}
