import ArgumentParser
import CanaryAgent
import CanaryJournal
import CanaryReport

/// `--keep` and `--keep-size`: how long journals are kept, and how much room they may take.
struct RetentionOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Journals that ended longer ago are removed; $HALDANE_KEEP if left out, else 180d; 'forever' removes none.",
            valueName: "age"
        )
    )
    var keep: String?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "The oldest are removed while a canary's take more; $HALDANE_KEEP_SIZE if left out, else 1GiB; or 'forever'.",
            valueName: "size"
        )
    )
    var keepSize: String?

    func retention() throws(AgentError) -> Retention {
        try Retention(age: keep, bytes: keepSize, environment: Console.environment)
    }

    /// Before a run begins in a folder: whatever cannot be done is told, and stands in nobody's way.
    func apply(to directory: String, isQuiet: Bool) throws {
        let retention = try retention()
        let home = JournalHome(directory)
        guard let folder = JournalFolders(under: home).folders.first(where: { $0.path == home.path }) else { return }
        let report = Pruning(retention, now: TimeArgument.now).prune(folder, reading: Self.mostBytesAtStart)
        guard !isQuiet else { return }
        if !report.removed.isEmpty {
            Console.talk.write("old journals in \(TextCells.harmless(directory)): \(report.sum)\n")
        }
        for journal in report.failed {
            let words = "the old journal \(journal.path) cannot be removed: \(journal.failure ?? "")"
            Console.talk.write("warning: \(TextCells.harmless(words))\n")
        }
        for remark in report.remarks { Console.talk.write("warning: \(TextCells.harmless(remark))\n") }
    }

    /// A rollout does not wait for journals of years to be read; what is left over is looked at by the next one.
    private static let mostBytesAtStart = 16 << 20
}
