import Mustache

/// The document around what changes: head, links and the one script. Its links are relative, so that a page may be anywhere.
struct StatusFrame: Sendable {
    /// Text.
    var title: String
    /// What stands beside the program's name.
    var brand: String
    var subject: String
    /// Beyond the report's look.
    var style: String
    var links: [(path: String, words: String)]
    var script: String

    /// - Parameters:
    ///   - fragment: markup.
    ///   - nonce: of the answer's Content-Security-Policy, so that this script runs and no other.
    func html(fragment: String, nonce: String) -> String {
        let values: [String: PageValue] = [
            "title": .text(title),
            "brand": .text(brand),
            "style": .markup(PageStyle.css + ChartStyle.css + style),
            "subject": .text(subject),
            "fragment": .markup(fragment),
            "links": .markup(
                links.map { "<a href=\"\(PageText.escaped($0.path))\">\(PageText.escaped($0.words))</a>" }
                    .joined(separator: " · ")
            ),
            "nonce": .text(nonce),
            "script": .markup(script),
            "seconds": .text("\(StatusScript.reloadSeconds)"),
        ]
        return Self.frame?.render(PageValue.object(values).rendered) ?? ""
    }

    // A constant that the tests render. Values escape themselves, scalar by scalar.
    private static let frame = try? MustacheTemplate(string: "{{% CONTENT_TYPE: TEXT}}" + StatusTemplates.frame)
}
