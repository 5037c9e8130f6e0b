import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `haldane history`: what was run, and how it ended.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "List past runs: what, when, how they ended, why and by whom; or remove old journals.",
        discussion: """
            Reads the journals under one folder: --journals DIR, else $HALDANE_JOURNALS, else .haldane. It may be the folder of one \
            canary, or a folder of folders, on any path that is mounted, read-only too. Judgements of the past are listed with the \
            runs; journals that cannot be read are listed with what is wrong with them. An index beside the journals makes long \
            lists quick; it may be deleted at any time.

            --prune removes journals by age and size, in each folder. The newest run of a canary stays, and so does whatever is not \
            finished or cannot be read. `haldane run` does the same for its own folder before it begins.

            exit codes: 0 done; 3 no runs of that name, or a journal could not be removed; 64 usage.

            examples:
              haldane history
              haldane history demo4 --since 7d
              haldane history --outcome rolledBack --output json
              haldane history --prune --keep 90d --keep-size 500MB --dry-run
              haldane report RUN -o report.html
            """
    )

    @Argument(
        help:
            "Only this canary: NAME, NAMESPACE/NAME or NAMESPACE-NAME; or a folder of journals, by a path with a slash.",
        completion: .custom(RunCandidates.names)
    )
    var name: String?

    @OptionGroup var journals: JournalsOptions

    @Option(
        name: .long,
        parsing: .unconditional,
        help: ArgumentHelp("Only runs since then: 7d, 2026-01-31, 2026-01-31T14:00Z.", valueName: "time")
    )
    var since: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Only runs that ended so: \(HistoryFilter.words.joined(separator: ", ")).",
            valueName: "word"
        ),
        completion: .list(HistoryFilter.words)
    )
    var outcome: [String] = []

    @Option(name: .long, help: ArgumentHelp("The most runs that are listed.", valueName: "count"))
    var limit: Int = 20

    @Flag(name: .long, help: "Remove old journals instead of listing runs.")
    var prune = false

    @Flag(name: .long, help: "With --prune: remove nothing, say what would be removed.")
    var dryRun = false

    @OptionGroup var retention: RetentionOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard limit >= 0 else { throw ValidationError("--limit must not be negative.") }
        if let since, HistoryTime.moment(since, now: Timestamp(milliseconds: 0)) == nil {
            throw ValidationError("--since '\(since)' is not a time: 7d, 2026-01-31 or 2026-01-31T14:00Z.")
        }
        for word in outcome where HistoryWords.filter(word) == nil {
            throw ValidationError(
                "--outcome '\(word)' is none of \(HistoryFilter.words.joined(separator: ", "))."
            )
        }
        if prune {
            guard since == nil, outcome.isEmpty else {
                throw ValidationError("--prune goes by --keep and --keep-size, not by --since or --outcome.")
            }
        } else if dryRun || retention.keep != nil || retention.keepSize != nil {
            throw ValidationError("--keep, --keep-size and --dry-run belong to --prune.")
        }
    }

    func run() async throws {
        try await conclude(output) {
            try requireHome()
            if prune {
                return try PruneAction(home: home, name: canary, isDryRun: dryRun, output: output)
                    .perform(try retention.retention())
            }
            var history = RunHistory(home: home)
            let list = try history.list(
                HistoryFilter(
                    canary: canary,
                    since: since.flatMap { HistoryTime.moment($0, now: TimeArgument.now) },
                    outcomes: Set(outcome.compactMap(HistoryWords.filter)),
                    limit: limit
                )
            )
            switch output.output {
            case .json:
                Console.output.write(list.json())
            case .text:
                let width = Console.output.isTerminal ? Console.output.size.columns : nil
                Console.output.write(list.text(style: Console.output.style, width: width))
                for remark in list.remarks { Console.talk.write("\(remark)\n") }
            }
            return .healthy
        }
    }

    /// The argument, if it is a path to a folder: `./runs`, `/mnt/runs`.
    private var folder: JournalHome? {
        guard journals.journals == nil, let name, name.contains("/"), FileStamp(name)?.isFolder == true else {
            return nil
        }
        return JournalHome(name)
    }

    private var home: JournalHome { folder ?? journals.home }

    private var canary: String? { folder == nil ? name : nil }

    /// A folder that was named, and is none, was meant to be another one.
    private func requireHome() throws(CommandFault) {
        guard home.path != JournalHome.standard, FileStamp(home.path)?.isFolder != true else { return }
        throw CommandFault(
            InputFault("there is no folder \(home.path)", hint: "name the folder of journals with --journals DIR"),
            .usage
        )
    }
}

/// The words of `--outcome`, however they are written.
enum HistoryWords {
    /// `rolled-back`, `RolledBack` and `held(deadline)` are understood; nil is no outcome.
    static func filter(_ word: String) -> String? {
        let plain = word.lowercased().filter { $0 != "-" && $0 != "_" && $0 != " " }
        if let known = HistoryFilter.words.first(where: { $0.lowercased() == plain }) { return known }
        let head = plain.prefix { $0 != "(" }
        guard plain.hasSuffix(")"), HistoryFilter.words.contains(where: { $0.lowercased() == head }) else { return nil }
        return word
    }
}

/// The time of `--since`.
enum HistoryTime {
    /// `7d` ago, the begin of a day in UTC, or what `TimeArgument` takes.
    static func moment(_ text: String, now: Timestamp) -> Timestamp? {
        TimeArgument.moment("-\(text)", now: now) ?? TimeArgument.moment(text, now: now)
            ?? TimeArgument.moment("\(text)T00:00Z", now: now)
    }
}
