import ArgumentParser
import CanaryCore
import CanaryReport
import CanaryYAML

/// `haldane init ROUTE`: a commented spec for an existing route.
struct InitCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Write a commented spec to stdout for a route."
    )

    @Argument(help: "The YAML file with the route; - for standard input.", completion: .spec)
    var route: String

    @Option(name: .long, help: "The route's name, if the file holds several.")
    var object: String?

    @Option(name: .long, help: "The rule, by name or by index from 0, if several fit.")
    var rule: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let inventory = try RouteInventory.describe(text: ByteInput.readText(route))
            let draft = try RouteChoice(inventory: inventory, object: object, rule: rule).draft(file: route)
            switch output.output {
            case .json: Console.output.write(draft.json())
            case .text: Console.output.write(draft.text)
            }
            return .healthy
        }
    }
}
