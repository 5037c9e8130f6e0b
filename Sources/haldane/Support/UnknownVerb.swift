import ArgumentParser
import CanaryReport

/// A word where a verb should be: the argument parser calls it unexpected at best, and takes `haldane polcy --help` for a question
/// about all of them.
struct UnknownVerb {
    /// The commands that lead there: `haldane queries`.
    let path: [String]
    let word: String
    let verbs: [String]

    /// Nil if the words lead to a command.
    init?(_ words: [String], of root: VerbTree) {
        var path = [root.name]
        var node = root
        for word in words {
            let isVerbWanted = !node.verbs.isEmpty && !node.hasDefault
            guard isVerbWanted, !word.hasPrefix("-"), !word.isEmpty else { return nil }
            // The parser's own.
            if path.count == 1, word == "help" { return nil }
            guard let next = node.verb(word) else {
                self.path = path
                self.word = word
                verbs = node.verbs.filter(\.isShown).map(\.name)
                return
            }
            node = next
            path.append(word)
        }
        return nil
    }

    /// What is wrong, and what may have been meant.
    var fault: InputFault {
        let command = path.joined(separator: " ")
        let shown = TextCells.harmless(String(word.prefix(64)))
        let hint =
            nearest.map { "did you mean '\(command) \($0)'?" }
            ?? "there are \(verbs.joined(separator: ", ")); '\(command) --help' says what they do"
        return InputFault("'\(command)' has no verb '\(shown)'", hint: hint)
    }

    /// The verb that is a slip or two away; nil if none is.
    private var nearest: String? {
        let typed = Array(word.lowercased().prefix(64))
        let all = verbs.map { (verb: $0, slips: Self.slips(typed, Array($0))) }
        let best = all.filter { $0.slips <= max(1, typed.count / 3) }.min { $0.slips < $1.slips }
        return best?.verb ?? verbs.first { typed.count >= 3 && $0.starts(with: typed) }
    }

    /// How many letters are too many, missing, wrong, or in each other's place.
    private static func slips(_ one: [Character], _ other: [Character]) -> Int {
        var rows = [Array(0...other.count)]
        for (i, letter) in one.enumerated() {
            var row = [i + 1]
            for (j, wanted) in other.enumerated() {
                var least = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (letter == wanted ? 0 : 1))
                if i > 0, j > 0, letter == other[j - 1], one[i - 1] == wanted {
                    least = min(least, rows[i - 1][j - 1] + 1)
                }
                row.append(least)
            }
            rows.append(row)
        }
        return rows[one.count][other.count]
    }
}

/// The commands below a command, by name.
struct VerbTree {
    let name: String
    let aliases: [String]
    let isShown: Bool
    /// Whether words that are no verb are the arguments of a default one.
    let hasDefault: Bool
    let verbs: [VerbTree]

    init<Command: ParsableCommand>(_ command: Command.Type) {
        let configuration = command.configuration
        name = command._commandName
        aliases = configuration.aliases
        isShown = configuration.shouldDisplay
        hasDefault = configuration.defaultSubcommand.map { _ in true } ?? false
        verbs = configuration.subcommands.map { VerbTree($0) }
    }

    func verb(_ word: String) -> VerbTree? { verbs.first { $0.name == word || $0.aliases.contains(word) } }
}
