import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import Glibc

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

    /// Why a file could not be written as things are; nil if nothing is in the way. For a fault before a long run, not after it.
    static func obstacle(to path: String) -> String? {
        var target = path
        var status = stat()
        if stat(path, &status) == 0 {
            switch status.st_mode & S_IFMT {
            case S_IFDIR: return "it is a folder"
            case S_IFREG: break
            // A device or a pipe is written into.
            default: return access(path, W_OK) == 0 ? nil : String(cString: strerror(errno))
            }
            // A link stays one, and its target is replaced.
            if let real = realpath(path, nil) {
                target = String(cString: real)
                free(real)
            }
        }
        let folder = target.lastIndex(of: "/").map { $0 == target.startIndex ? "/" : String(target[..<$0]) } ?? "."
        guard stat(folder, &status) == 0 else { return "the folder '\(folder)': \(String(cString: strerror(errno)))" }
        guard status.st_mode & S_IFMT == S_IFDIR else { return "'\(folder)' is not a folder" }
        guard access(folder, W_OK | X_OK) == 0 else {
            return "the folder '\(folder)': \(String(cString: strerror(errno)))"
        }
        return nil
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
