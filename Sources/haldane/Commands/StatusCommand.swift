import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `haldane status`: where a run is.
struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Say where a run is: step, weights, verdict, what happens next; or how it ended.",
        discussion: """
            Asks the process that runs it, or else reads its journal.

            exit codes: 0 nothing is wrong, or promoted; 1 undecided, paused, interrupted, held, stopped; \
            2 degraded, rolling back, rolled back; 3 no usable telemetry, the process went without a word, \
            or no such run.

            examples:
              haldane status
              haldane status canary.yaml
              haldane status test1-demo4 --output json
            """
    )

    @OptionGroup var choice: RunChoice
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let found = try choice.find()
            let status = try await RunLook.status(found, resumption: choice.resumption(found))
            switch output.output {
            case .json: Console.output.write(status.json())
            case .text: Console.output.write(status.text(style: Console.output.style))
            }
            return status.code
        }
    }
}
