import ArgumentParser

/// `haldane queries`: the questions that a Prometheus source asks.
struct QueriesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queries",
        abstract: "List the Prometheus queries, print, check or ask one.",
        discussion: """
            examples:
              haldane queries                                  all of them
              haldane queries request_totals                   one with its header
              haldane queries lint my-queries                  check a folder
              haldane queries run request_totals canary.yaml   ask one and show the answer
            """,
        subcommands: [ListQueries.self, LintQueries.self, RunQuery.self],
        defaultSubcommand: ListQueries.self
    )
}

/// `--queries`.
struct QueryFolderOption: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp("A folder of queries that replace built-in ones or add to them.", valueName: "dir")
    )
    var queries: String?
}
