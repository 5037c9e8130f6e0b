import CanaryAgent

/// The manual page of the whole program, in the `man` macros.
struct ManualPage {
    private let program: CommandDescription

    init(_ program: CommandDescription) {
        self.program = program
    }

    /// With a final newline.
    func roff() -> String {
        let name = program.commandName
        var lines = [
            ".TH \(RoffText.quoted(name.uppercased())) 1 \"\" \(RoffText.quoted("\(name) \(Version.number)")) \(RoffText.quoted("User Commands"))",
            ".SH NAME",
            "\(RoffText.escaped(name)) \\- \(RoffText.escaped(program.abstract ?? ""))",
            ".SH SYNOPSIS",
            "\(RoffText.bold(name)) \(RoffText.italic("command")) [\(RoffText.italic("options"))]",
            ".br",
            "\(RoffText.bold("\(name) help")) \(RoffText.italic("command"))",
            ".SH DESCRIPTION",
        ]
        for text in ManualNotes.description { lines += RoffText.paragraphs(text) }
        lines.append(".SH COMMANDS")
        for command in program.shownSubcommands { lines += section(command, path: [name]) }
        lines += list("EXIT STATUS", ManualNotes.exitCodes)
        lines += list("ENVIRONMENT", ManualNotes.environment)
        lines += list("FILES", ManualNotes.files)
        lines.append(".SH EXAMPLES")
        lines += ManualNotes.examples.flatMap { example in
            [".PP", RoffText.escaped(example.what), ".PP", ".RS 4", ".nf"] + example.lines.map(RoffText.escaped)
                + [".fi", ".RE"]
        }
        return lines.joined(separator: "\n") + "\n"
    }

    /// A command with its options, and the commands below it.
    private func section(_ command: CommandDescription, path: [String]) -> [String] {
        let path = path + [command.commandName]
        let arguments = command.shownArguments
        let nested = command.shownSubcommands
        var synopsis = [RoffText.bold(path.joined(separator: " "))]
        synopsis += arguments.filter { $0.kind == .positional }.map { argument in
            let name = RoffText.italic(argument.valueName ?? "value") + (argument.isRepeating ? " ..." : "")
            return argument.isOptional ? "[\(name)]" : name
        }
        if !nested.isEmpty { synopsis.append(RoffText.italic("command")) }
        if arguments.contains(where: { $0.kind != .positional }) { synopsis.append("[\(RoffText.italic("options"))]") }
        var lines = [".SS \(RoffText.quoted(path.joined(separator: " ")))", synopsis.joined(separator: " ")]
        if let abstract = command.abstract { lines += RoffText.paragraphs(abstract) }
        for argument in arguments { lines += item(argument) }
        if let discussion = command.discussion { lines += RoffText.paragraphs(discussion) }
        return lines + nested.flatMap { section($0, path: path) }
    }

    private func item(_ argument: CommandDescription.ArgumentDescription) -> [String] {
        let value = argument.valueName ?? "value"
        let head: String
        switch argument.kind {
        case .positional:
            head = RoffText.italic(value)
        case .flag:
            head = (argument.names ?? []).map { RoffText.bold($0.text) }.joined(separator: ", ")
        case .option:
            let names = (argument.names ?? []).map { RoffText.bold($0.text) }.joined(separator: ", ")
            head = "\(names) \(RoffText.italic(value))"
        }
        var words: [String] = argument.abstract.map { [$0] } ?? []
        let about = (argument.abstract ?? "").lowercased()
        if let values = argument.allValues, !values.allSatisfy({ about.contains($0.lowercased()) }) {
            words.append("One of: \(values.joined(separator: ", ")).")
        }
        if let standard = argument.defaultValue, !standard.isEmpty, argument.kind != .flag {
            words.append("Default: \(standard).")
        }
        if argument.isRepeating, argument.kind == .option, !about.contains("repeated") {
            words.append("May be repeated.")
        }
        let text = words.joined(separator: " ")
        return [".TP", head, text.isEmpty ? "\\&" : RoffText.escaped(text)]
    }

    private func list(_ title: String, _ items: [(String, String)]) -> [String] {
        [".SH \(RoffText.quoted(title))"]
            + items.flatMap { [".TP", RoffText.bold($0.0), RoffText.escaped($0.1)] }
    }
}
