import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryQueries
import CanaryReport

/// `haldane queries list`: all queries, or one with its header.
struct ListQueries: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the queries, or print one; 64 if there is none of the name."
    )

    @Argument(help: "Print this one with its header.")
    var name: String?

    @OptionGroup var folder: QueryFolderOption
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let set = try QueryFolder.load(folder.queries)
            let queries = name.map { [set[$0]].compactMap { $0 } } ?? set.queries
            if let name, queries.isEmpty {
                let hint =
                    set.suggestion(for: name).map { "did you mean '\($0)'?" }
                    ?? "known are " + set.queries.map(\.name).joined(separator: ", ")
                throw CommandFault(InputFault("there is no query '\(name)'", hint: hint), .usage)
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
                        denominator: $0.of,
                        view: $0.view?.rawValue,
                        isOwn: set.own.contains($0.name),
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
