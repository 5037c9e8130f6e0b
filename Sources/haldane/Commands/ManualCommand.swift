import ArgumentParser
import CanaryCore
import CanaryTelemetry

/// `haldane manual`: the manual page.
struct ManualCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Print the manual page: every command, option, exit code, variable and file.",
        discussion: """
            examples:
              haldane manual | man -l -
              haldane manual > ~/.local/share/man/man1/haldane.1
            """
    )

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let page = ManualPage(try CommandDescription.program()).roff()
            switch output.output {
            case .text:
                Console.output.write(page)
            case .json:
                var writer = JSONLineWriter()
                writer.beginObject()
                writer.key("schema")
                writer.string("haldane.manual/1")
                writer.key("page")
                writer.string(page)
                writer.endObject()
                writer.endLine()
                Console.output.write(writer.take())
            }
            return .healthy
        }
    }
}
