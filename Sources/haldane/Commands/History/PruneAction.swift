import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport

/// `history --prune`: removes old journals in each folder of a home.
struct PruneAction {
    let home: JournalHome
    let name: String?
    let isDryRun: Bool
    let output: OutputOptions

    func perform(_ retention: Retention) throws -> CanaryCore.ExitCode {
        let tree = JournalFolders(under: home)
        let folders = tree.folders.filter { folder in
            guard !folder.journals.isEmpty else { return false }
            return name.map { folder.isOf(canary: $0) } ?? true
        }
        if let name, folders.isEmpty {
            throw CommandFault(
                InputFault("there are no runs of '\(name)' in \(home.path)", hint: "`haldane history` lists the runs"),
                .unknown
            )
        }
        var report = PruneReport(isDryRun: isDryRun)
        report.remarks = tree.remarks
        for folder in folders {
            report.add(Pruning(retention, now: TimeArgument.now, isDryRun: isDryRun).prune(folder))
        }
        switch output.output {
        case .json:
            Console.output.write(report.json())
        case .text:
            Console.output.write(report.text(style: Console.output.style))
            for remark in report.remarks { Console.talk.write("warning: \(TextCells.harmless(remark))\n") }
        }
        return report.failed.isEmpty ? .healthy : .unknown
    }
}
