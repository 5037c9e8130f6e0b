import ArgumentParser
import CanaryCore
import CanaryYAML

/// `haldane schema`: the JSON Schema of a spec.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of a spec, for editors; it is JSON in both outputs."
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let schema = SpecSchema.json()
            Console.output.write(schema.hasSuffix("\n") ? schema : schema + "\n")
            return .healthy
        }
    }
}
