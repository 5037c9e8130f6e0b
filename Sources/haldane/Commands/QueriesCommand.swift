import ArgumentParser
import CanaryCore
import CanaryQueries
import CanaryReport

/// `haldane queries`: the questions that a Prometheus source asks.
struct QueriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queries",
        abstract: "List the embedded Prometheus queries, or print one."
    )

    @Argument(help: "Print this one with its header.")
    var name: String?

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let queries = try QueryLibrary.builtIn().filter { name == nil || $0.name == name }
            guard !queries.isEmpty else {
                let hint = "known are " + (try QueryLibrary.builtIn().map(\.name).joined(separator: ", "))
                throw CommandFault(InputFault("there is no query '\(name ?? "")'", hint: hint), .usage)
            }
            let list = QueryList(
                entries: queries.map {
                    QueryList.Entry(
                        name: $0.name,
                        asks: $0.asks,
                        unit: $0.unit,
                        labels: $0.labels,
                        kind: $0.kind.rawValue,
                        direction: $0.direction.rawValue,
                        expression: $0.expression
                    )
                }
            )
            switch output.output {
            case .json: Console.output.write(list.json())
            case .text: Console.output.write(name == nil ? list.text : queries[0].text)
            }
            return .healthy
        }
    }
}
