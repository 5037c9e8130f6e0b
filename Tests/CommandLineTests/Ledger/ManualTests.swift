import Foundation
import Testing

/// The manual page and the completion of shells, made from the argument parser.
@Suite("manual and completions") struct ManualTests {
    private struct Command: Decodable {
        struct Argument: Decodable {
            struct Name: Decodable {
                var kind: String
                var name: String
            }

            var names: [Name]?
            var shouldDisplay: Bool?
        }

        var commandName: String
        var subcommands: [Command]?
        var arguments: [Argument]?
    }

    private struct Tool: Decodable {
        var command: Command
    }

    /// What the argument parser itself says that there is.
    private func program() throws -> Command {
        let dump = try HaldaneProcess.run(["--experimental-dump-help"])
        return try JSONDecoder().decode(Tool.self, from: Data(dump.output.utf8)).command
    }

    /// The page as a reader sees it.
    private func page(in scratch: Scratch) throws -> (text: String, warnings: String, code: Int32) {
        let script = "haldane manual > haldane.1 && groff -man -Tascii -P-c -ww -rLL=200n haldane.1"
        let run = try ShellProcess.run(script, in: scratch.folder)
        return (run.output, run.talk, run.code)
    }

    @Test("every command and every option is in the manual page, which the formatter takes without a warning")
    func complete() throws {
        let scratch = try Scratch()
        let page = try page(in: scratch)
        #expect(page.code == 0 && page.warnings.isEmpty, "\(page.warnings)")
        // Bold is letters struck twice.
        let text = page.text.replacing(/.\u{8}/, with: "")
        for head in ["NAME", "SYNOPSIS", "COMMANDS", "EXIT STATUS", "ENVIRONMENT", "FILES", "EXAMPLES"] {
            #expect(text.contains("\n\(head)\n"), "\(head)")
        }
        let program = try program()
        var count = 0
        func check(_ command: Command, _ path: String) throws {
            let name = "\(path) \(command.commandName)"
            let start = try #require(text.firstRange(of: "\n   \(name)\n"), "\(name) is missing")
            let rest = text[start.upperBound...]
            let end = rest.firstRange(of: /\n(   haldane |[A-Z])/)?.lowerBound ?? rest.endIndex
            let section = rest[..<end]
            for argument in command.arguments ?? [] where argument.shouldDisplay ?? true {
                for option in argument.names ?? [] where !["help", "version", "h"].contains(option.name) {
                    let option = (option.kind == "long" ? "--" : "-") + option.name
                    #expect(section.contains(option), "\(name) \(option)")
                    count += 1
                }
            }
            for nested in command.subcommands ?? [] where nested.commandName != "help" { try check(nested, name) }
        }
        for command in program.subcommands ?? [] where command.commandName != "help" { try check(command, "haldane") }
        #expect(count > 100)
    }

    @Test("exit codes, variables and files are named")
    func facts() throws {
        let page = try HaldaneProcess.run(["manual", "--output", "json"]).json()
        #expect(page["schema"] as? String == "haldane.manual/1")
        let text = (page["page"] as? String ?? "").replacing("\\-", with: "-")
        for word in [
            "130, 143", "HALDANE_JOURNALS", "HALDANE_KEEP", "HALDANE_KEEP_SIZE", "HALDANE_PING", "KUBECONFIG",
            "NO_COLOR",
            "history.index", "RUN.journal.zst",
        ] {
            #expect(text.contains(word), "\(word)")
        }
    }

    @Test("a shell takes the script, and offers commands, canaries, runs and specs")
    func bash() throws {
        let scratch = try Scratch()
        let folder = scratch.path("runs/test1-demo4")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        // Only names are read.
        for run in ["run-20260101T000000-000", "run-20260203T040506-007"] {
            try Data().write(to: folder.appending(path: "\(run).journal.zst"))
        }
        for file in ["canary.yaml", "other.txt"] { _ = try scratch.write(file, "") }
        let script = """
            haldane completions bash > script && bash -n script && . ./script || exit 9
            offer() {
                COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=${#COMP_LINE}; COMPREPLY=()
                _haldane haldane "${@: -1}" "${@: -2:1}"
                echo "${COMPREPLY[*]}"
            }
            offer haldane hist
            offer haldane explain --journals runs run-202602
            offer haldane history --journals runs te
            offer haldane status --journals=runs test1-
            offer haldane validate ''
            offer haldane history --outcome roll
            """
        let run = try ShellProcess.run(script, in: scratch.folder)
        #expect(run.code == 0, "\(run.talk)")
        let offers = run.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(offers.count == 7)
        #expect(offers.prefix(4) == ["history", "run-20260203T040506-007", "test1-demo4", "test1-demo4"])
        let files = offers.dropFirst(4).first?.split(separator: " ") ?? []
        #expect(files.contains("canary.yaml") && !files.contains("other.txt"), "\(files)")
        #expect(offers.dropFirst(5).first == "rolledBack")
    }

    @Test("other shells have a script, too", arguments: ["zsh", "fish"])
    func others(shell: String) throws {
        let run = try HaldaneProcess.run(["completions", shell])
        #expect(run.code == 0 && run.output.contains("haldane"))
        #expect(try HaldaneProcess.run(["completions", "tcsh"]).code == 64)
    }
}
