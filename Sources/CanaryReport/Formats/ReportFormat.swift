/// The forms in which a run is reported.
package enum ReportFormat: String, Sendable, Hashable, CaseIterable {
    /// One page for a browser.
    case html
    /// For a pull request or the summary of a CI step.
    case markdown
    /// For programs: `haldane.report/1`.
    case json
    /// For the test report of a CI system.
    case junit
    /// For a terminal or a mail.
    case text

    /// By a file's extension, without its dot and in any case: `html`, `htm`, `md`, `markdown`, `json`, `xml`, `txt`, `text`.
    package init?(pathExtension: String) {
        switch pathExtension.lowercased() {
        case "html", "htm": self = .html
        case "md", "markdown": self = .markdown
        case "json": self = .json
        case "xml": self = .junit
        case "txt", "text": self = .text
        default: return nil
        }
    }

    /// What its files are called at the end, without a dot.
    package var pathExtension: String {
        switch self {
        case .html: "html"
        case .markdown: "md"
        case .json: "json"
        case .junit: "xml"
        case .text: "txt"
        }
    }

    /// The report with a final newline; nil for HTML, which is `ReportPage`'s business.
    ///
    /// - Parameters:
    ///   - link: where the HTML report is, a URL or a path; only Markdown names it.
    ///   - width: of text, in cells.
    package func report(_ story: RunStory, link: String? = nil, width: Int = 100) -> String? {
        switch self {
        case .html: nil
        case .markdown: MarkdownReport(story, link: link).text
        case .json: JSONReport(story).text
        case .junit: JUnitStory(story).text
        case .text: TextReport(story, width: width).text
        }
    }
}
