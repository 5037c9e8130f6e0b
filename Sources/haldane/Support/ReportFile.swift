import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport

/// A report as a file, in one of its forms.
enum ReportFile {
    /// The form that a file's extension asks for; nil if it asks for none.
    static func format(of path: String) -> ReportFormat? {
        let name = path.split(separator: "/").last.map(String.init) ?? path
        guard let dot = name.lastIndex(of: ".") else { return nil }
        return ReportFormat(pathExtension: String(name[name.index(after: dot)...]))
    }

    /// A run's report.
    ///
    /// - Parameters:
    ///   - link: where the HTML report is, for Markdown.
    ///   - width: of text, in cells.
    static func text(_ story: RunStory, as format: ReportFormat, link: String? = nil, width: Int = 100) throws -> String
    {
        if let text = format.report(story, link: link, width: width) { return text }
        return try ReportPage(story).html()
    }

    /// Replaces a file as a whole.
    static func write(_ bytes: [UInt8], to path: String) throws(CommandFault) {
        do {
            try AtomicFile.deliver(bytes, to: path)
        } catch {
            throw CommandFault(
                InputFault(
                    "cannot write the report to '\(path)'",
                    cause: error.text,
                    hint: "name a file in a folder that exists and may be written"
                ),
                .usage
            )
        }
    }
}
