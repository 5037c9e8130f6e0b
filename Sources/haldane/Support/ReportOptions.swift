import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport

/// `--report`.
struct ReportOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "Write a report at the end; its form is that of the extension: .html, .md, .json, .xml (JUnit), .txt.",
            valueName: "file"
        ),
        completion: .file()
    )
    var report: String?

    func validate() throws {
        guard let report else { return }
        guard !report.isEmpty else { throw ValidationError("--report must not be empty.") }
        guard ReportFile.format(of: report) != nil else {
            throw ValidationError("--report '\(report)' must end with .html, .md, .json, .xml or .txt.")
        }
        if let cause = ReportFile.obstacle(to: report) {
            throw ValidationError("--report '\(report)' cannot be written: \(cause).")
        }
    }

    /// The report of a journal, and where it is. One that cannot be written is told and changes nothing else.
    static func write(journal: String, to path: String?) {
        guard let path else { return }
        let isWritten = write(to: path) { format in
            try ReportFile.text(JournalFault.named(journal) { try JournalStory.load(path: journal) }, as: format)
        }
        if isWritten { Console.talk.write("report: \(TextCells.harmless(path))\n") }
    }

    /// Any report, as `text` gives it; silent unless it cannot be written.
    @discardableResult
    static func write(to path: String?, _ text: (ReportFormat) throws -> String) -> Bool {
        guard let path, let format = ReportFile.format(of: path) else { return false }
        do {
            try ReportFile.write(Array(try text(format).utf8), to: path)
            return true
        } catch {
            let fault = CommandFault(error).fault
            Console.talk.write("warning: \(fault.message)\(fault.cause.map { ": \($0)" } ?? "")\n")
            return false
        }
    }
}
