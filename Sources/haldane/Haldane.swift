import ArgumentParser
import CanaryCore
import CanaryReport

/// The command line: one file a subcommand in `Commands`.
@main
struct Haldane: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "haldane",
        abstract: "Canary analysis for Istio: compares two versions, promotes or rolls back.",
        discussion: """
            exit codes: 0 healthy, promoted, done; 1 undecided, held, stopped; 2 degraded, rolled back, replay differs;
            3 could not tell, or refused; 64 usage or invalid input; 130, 143 interrupted, terminated.
            """,
        version: Version.number,
        subcommands: [
            DemoCommand.self, SimulateCommand.self, RunCommand.self, AgentCommand.self, JudgeCommand.self,
            CheckCommand.self,
            RehearseCommand.self, ScrapeCommand.self, ValidateCommand.self, SchemaCommand.self, InitCommand.self,
            ReportCommand.self, ReplayCommand.self, ExplainCommand.self, HistoryCommand.self, PlanCommand.self,
            QueriesCommand.self, StatusCommand.self, WatchCommand.self, PromoteCommand.self, RollbackCommand.self,
            PauseCommand.self, ResumeCommand.self, RetryCommand.self, SweepCommand.self, FreezeCommand.self,
            CompletionsCommand.self, ManualCommand.self,
        ]
    )

    /// Begins with the words of the command line, of which the first have to be verbs.
    static func main() async {
        let words = Array(CommandLine.arguments.dropFirst())
        if let unknown = UnknownVerb(words, of: VerbTree(Self.self)) {
            Console.talk.write(unknown.fault.text(style: Console.talk.style))
            exit(withError: ArgumentParser.ExitCode(CanaryCore.ExitCode.usage.code))
        }
        await main(words)
    }
}

/// The version of this program, as journals record it.
enum Version {
    static let number = "0.1.0"
}
