import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanarySimulator

/// `haldane simulate`: the mesh alone, until it is interrupted.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Serve the simulated mesh alone: pages to scrape, obeying a route file.",
        discussion:
            "Ends by SIGINT or SIGTERM, and then prints what really happened. Run `haldane run SPEC` against it meanwhile."
    )

    @OptionGroup var mesh: MeshOptions
    @OptionGroup var settings: SettingOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output, for: .action) {
            let options = try mesh.options(settings: settings.settings)
            let inbox = RunInbox()
            let (format, scenario) = (output.output, options.scenario)
            let truth = try await SignalWatch.run(inbox: inbox, onInterrupt: .keep) {
                try await SimulateSession(
                    options: options,
                    listening: { targets, spec in
                        let start = MeshAnnouncement(scenario: scenario.rawValue, targets: targets, spec: spec)
                        Console.output.write(format == .json ? start.json() : Array(start.text.utf8))
                    },
                    inbox: inbox
                ).run()
            }
            let facts = MeshTotals(
                scenario: scenario.rawValue,
                nature: truth.nature,
                seconds: truth.seconds,
                stable: (truth.stable.requests, truth.stable.failed),
                canary: (truth.canary.requests, truth.canary.failed)
            )
            Console.output.write(format == .json ? facts.json() : Array(facts.text.utf8))
            return .healthy
        }
    }
}
