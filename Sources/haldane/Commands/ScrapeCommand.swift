import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `haldane scrape TARGET`: what Haldane understands of one exposition.
struct ScrapeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scrape",
        abstract: "Fetch and parse one exposition, and print what Haldane understands of it."
    )

    @Argument(help: "A URL, a file, or - for standard input.")
    var target: String

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let page = try await ScrapeOnce.fetch(target: target)
            let summary = PageSummary(page: page)
            switch output.output {
            case .json:
                Console.output.write(summary.json(target: target))
            case .text:
                let stream = summary.fault == nil ? Console.output : Console.talk
                stream.write(summary.text(target: target, style: stream.style))
            }
            return summary.exitCode
        }
    }
}
