import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryYAML

/// `--journals`: where the folders of journals are.
struct JournalsOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The folder with the folders of journals; $HALDANE_JOURNALS if left out, else .haldane.",
            valueName: "dir"
        ),
        completion: .directory
    )
    var journals: String?

    var home: JournalHome { JournalHome(flag: journals, environment: Console.environment) }

    /// Finds runs there.
    var finder: RunFinder {
        RunFinder(home: home) { path in
            let decoded = try SpecFile.decode(path, settings: [])
            // A route in a cluster is in the namespace of the kubeconfig's context, unless the spec says another one.
            let isKnown = decoded.hasNamespace || decoded.spec.route.file != nil
            return (isKnown ? decoded.spec.namespace : nil, decoded.spec.name)
        }
    }
}

/// Which run an operator's verb is about.
struct RunChoice: ParsableArguments {
    @Argument(
        help: "The run: a spec, a folder of journals, or a canary's name; may be left out where only one can be meant.",
        completion: .custom(RunCandidates.canaries)
    )
    var run: String?

    @Option(
        name: .long,
        help: "Where journals are kept. (default: .haldane/<namespace>-<name>/)",
        completion: .directory
    )
    var journal: String?

    @OptionGroup var journals: JournalsOptions

    func find() throws -> RunFinder.Found {
        try journals.finder.find(run, journal: journal)
    }

    /// The shell line that goes on with an unfinished run.
    func resumption(_ found: RunFinder.Found) -> String {
        var words = ["haldane run", found.spec.map(ShellWord.quoted) ?? "SPEC"]
        if let journal {
            words += ["--journal", ShellWord.quoted(journal)]
        } else if let home = journals.journals {
            words += ["--journals", ShellWord.quoted(home)]
        }
        return words.joined(separator: " ")
    }
}

/// Which recorded run is read: `report`, `explain`, `replay`.
struct JournalChoice: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "The run: its id or the beginning of it, a canary's name or spec for its newest run, a journal file, or a folder of "
                + "journals for its newest; the newest of all runs if left out."
        ),
        completion: .custom(RunCandidates.runs)
    )
    var run: String?

    @OptionGroup var journals: JournalsOptions

    /// The path of the journal that is meant; ends with 64 if none or several may be.
    func path() throws -> String { try journals.finder.journal(run) }
}

/// Text as one word of a shell.
enum ShellWord {
    static func quoted(_ text: String) -> String {
        let isPlain = text.unicodeScalars.allSatisfy {
            $0.properties.isAlphabetic || ("0"..."9").contains($0) || "-._/".unicodeScalars.contains($0)
        }
        return isPlain && !text.isEmpty ? text : "'" + text.replacing("'", with: "'\\''") + "'"
    }
}
