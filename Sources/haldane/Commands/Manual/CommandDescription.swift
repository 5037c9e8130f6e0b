import ArgumentParser
import FoundationEssentials

/// A command as the argument parser describes it to tools.
struct CommandDescription: Decodable {
    var commandName: String
    var abstract: String?
    var discussion: String?
    var shouldDisplay: Bool?
    var subcommands: [CommandDescription]?
    var arguments: [ArgumentDescription]?

    /// One argument, option or flag.
    struct ArgumentDescription: Decodable {
        enum Kind: String, Decodable {
            case positional
            case option
            case flag
        }

        struct Name: Decodable {
            var kind: String
            var name: String

            /// As it is typed: `--journal`, `-q`.
            var text: String { (kind == "long" ? "--" : "-") + name }
        }

        var kind: Kind
        var shouldDisplay: Bool?
        var isOptional: Bool
        var isRepeating: Bool
        var names: [Name]?
        var valueName: String?
        var defaultValue: String?
        var allValues: [String]?
        var abstract: String?
    }

    private struct Tool: Decodable {
        var command: CommandDescription
    }

    /// The whole program.
    static func program() throws -> CommandDescription {
        try JSONDecoder().decode(Tool.self, from: Data(Haldane._dumpHelp().utf8)).command
    }

    var shownSubcommands: [CommandDescription] {
        (subcommands ?? []).filter { ($0.shouldDisplay ?? true) && $0.commandName != "help" }
    }

    /// Without those that each command has.
    var shownArguments: [ArgumentDescription] {
        (arguments ?? []).filter { argument in
            (argument.shouldDisplay ?? true)
                && !(argument.names ?? []).contains { $0.text == "--help" || $0.text == "--version" }
        }
    }
}
