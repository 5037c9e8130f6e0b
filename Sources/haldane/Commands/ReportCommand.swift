import ArgumentParser
import CanaryAgent
import CanaryCore
import CanaryReport
import CanaryTelemetry

/// `haldane report [RUN]`: was it all right, and how do we know?
struct ReportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Report a run: one HTML file that needs no network, Markdown, JSON, JUnit or text.",
        discussion: """
            Everything comes from the journal, so a report can be made of an old run, of one that goes on, and on another machine. \
            The exit code is 0 when the report is written, whatever it says.

            Without -o the report goes to standard output; an HTML report on a terminal is written to haldane-report-RUN.html.

            examples:
              haldane report -o report.html
              haldane report run-20261123T043130-000 --format markdown >> "$GITHUB_STEP_SUMMARY"
              haldane report .haldane/test1-demo4 --format junit -o TEST-canary.xml
            """
    )

    @OptionGroup var choice: JournalChoice

    @Option(name: .long, help: "The form. (default: that of the file's extension, else text)")
    var format: ReportFormat?

    @Option(
        name: [.customShort("o"), .customLong("file")],
        help: ArgumentHelp("Where it is written, as a whole or not at all; - for standard output.", valueName: "file"),
        completion: .file()
    )
    var file: String?

    @Option(name: .long, help: ArgumentHelp("Where the HTML report is, for Markdown to point at.", valueName: "url"))
    var link: String?

    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard let file, file != "-" else { return }
        guard !file.isEmpty else { throw ValidationError("-o must not be empty.") }
        guard format != nil || ReportFile.format(of: file) != nil else {
            throw ValidationError(
                "-o '\(file)' does not end with .html, .md, .json, .xml or .txt: give --format as well."
            )
        }
    }

    func run() async throws {
        try await conclude(output) {
            let path = try choice.path()
            let story = try JournalFault.named(path) { try JournalStory.load(path: path) }
            let format = chosen
            guard let target = target(story, format) else {
                let width = Console.output.isTerminal ? min(Console.output.size.columns, 100) : 100
                Console.output.write(try ReportFile.text(story, as: format, link: link, width: width))
                return .healthy
            }
            let bytes = Array(try ReportFile.text(story, as: format, link: link).utf8)
            try ReportFile.write(bytes, to: target)
            switch output.output {
            case .text: Console.talk.write("report: \(TextCells.harmless(target))\n")
            case .json: Console.output.write(Self.written(story, format, target, bytes.count))
            }
            return .healthy
        }
    }

    private var chosen: ReportFormat {
        if let format { return format }
        if let file, file != "-", let format = ReportFile.format(of: file) { return format }
        return output.output == .json ? .json : .text
    }

    /// Nil is standard output. Nobody reads HTML on a terminal.
    private func target(_ story: RunStory, _ format: ReportFormat) -> String? {
        if let file { return file == "-" ? nil : file }
        guard format == .html, Console.output.isTerminal || output.output == .json else { return nil }
        let name = String(story.header.run.unicodeScalars.filter { Self.allowed.contains($0) }.prefix(80))
        return "haldane-report-\(name.isEmpty ? "run" : name).html"
    }

    /// What a run's id may bring into a file's name.
    private static let allowed = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".unicodeScalars)

    /// `haldane.report-written/1`.
    private static func written(_ story: RunStory, _ format: ReportFormat, _ path: String, _ count: Int) -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.report-written/1")
        writer.key("run")
        writer.string(story.header.run)
        writer.key("outcome")
        if let outcome = story.outcome { writer.string(outcome.qualifiedWord) } else { writer.null() }
        writer.key("format")
        writer.string(format.rawValue)
        writer.key("file")
        writer.string(path)
        writer.key("bytes")
        writer.integer(count)
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}

extension ReportFormat: ExpressibleByArgument {}
