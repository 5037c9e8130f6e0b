import ArgumentParser
import CanaryCore
import CanaryTelemetry

/// `haldane completions SHELL`: the script that makes a shell complete commands, options, canaries and runs.
struct CompletionsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print the script for completion in a shell: commands, options, canaries, runs, files.",
        discussion: """
            examples:
              haldane completions bash > ~/.local/share/bash-completion/completions/haldane
              haldane completions zsh > "${fpath[1]}/_haldane"
              haldane completions fish > ~/.config/fish/completions/haldane.fish
            """
    )

    enum Shell: String, ExpressibleByArgument, CaseIterable {
        case bash
        case zsh
        case fish
    }

    @Argument(help: "The shell: bash, zsh or fish.")
    var shell: Shell

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await conclude(output) {
            let script =
                switch shell {
                case .bash: Haldane.completionScript(for: .bash)
                case .zsh: Haldane.completionScript(for: .zsh)
                case .fish: Haldane.completionScript(for: .fish)
                }
            switch output.output {
            case .text:
                Console.output.write(script.hasSuffix("\n") ? script : script + "\n")
            case .json:
                var writer = JSONLineWriter()
                writer.beginObject()
                writer.key("schema")
                writer.string("haldane.completions/1")
                writer.key("shell")
                writer.string(shell.rawValue)
                writer.key("script")
                writer.string(script)
                writer.endObject()
                writer.endLine()
                Console.output.write(writer.take())
            }
            return .healthy
        }
    }
}
