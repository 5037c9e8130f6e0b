import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryYAML

/// Which run an operator's verb is about.
struct RunChoice: ParsableArguments {
    @Argument(
        help: "The run: a spec, a folder of journals, or a canary's name; may be left out where only one can be meant."
    )
    var run: String?

    @Option(name: .long, help: "Where journals are kept. (default: .haldane/<namespace>-<name>/)")
    var journal: String?

    func find() throws -> RunFinder.Found {
        try RunFinder { path in
            let decoded = try SpecFile.decode(path, settings: [])
            // A route in a cluster is in the namespace of the kubeconfig's context, unless the spec says another one.
            let isKnown = decoded.hasNamespace || decoded.spec.route.file != nil
            return (isKnown ? decoded.spec.namespace : nil, decoded.spec.name)
        }.find(run, journal: journal)
    }

    /// The shell line that goes on with an unfinished run.
    func resumption(_ found: RunFinder.Found) -> String {
        var words = ["haldane run", found.spec.map(ShellWord.quoted) ?? "SPEC"]
        if let journal { words += ["--journal", ShellWord.quoted(journal)] }
        return words.joined(separator: " ")
    }
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
