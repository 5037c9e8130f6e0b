import ArgumentParser
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane schema`: the JSON Schema of a spec, a policy or a report, or the custom resources for a cluster.
struct SchemaCommand: AsyncParsableCommand {
    enum Subject: String, ExpressibleByArgument, CaseIterable {
        case spec
        case policy
        case report
        case crd
    }

    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of a spec or a policy, for editors, or of a report; or the custom resources.",
        discussion: """
            Schemas are JSON in both outputs. The custom resources are YAML to be applied (`haldane schema crd | kubectl apply \
            --server-side -f -`), and a List with --output json.
            """
    )

    @Argument(
        help: """
            What is described: a spec (the Canary object), a CanaryPolicy, what 'haldane report --format json' prints, or the \
            CustomResourceDefinitions of both objects.
            """
    )
    var subject: Subject = .spec

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let schema =
                switch (subject, output.output) {
                case (.spec, _): SpecSchema.json()
                case (.policy, _): SpecSchema.policyJSON()
                case (.report, _): ReportSchema.json()
                case (.crd, .text): CustomResource.all
                case (.crd, .json): CustomResource.json
                }
            Console.output.write(schema.hasSuffix("\n") ? schema : schema + "\n")
            return .healthy
        }
    }
}
