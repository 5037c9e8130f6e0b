/// Untrusted text inside Markdown.
enum MarkdownText {
    /// A scalar that means itself: no emphasis, link, code, table or HTML.
    static func escaped(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "\\", "`", "*", "_", "[", "]", "#", "|", "~": "\\" + String(scalar)
        case "<": "&lt;"
        case ">": "&gt;"
        case "&": "&amp;"
        default: String(scalar)
        }
    }

    /// One line of a paragraph, a list or a table's cell, of bounded length.
    static func line(_ text: String, to limit: Int = 2000) -> String {
        var result = ""
        var taken = 0
        for scalar in TextCells.harmless(text).unicodeScalars {
            taken += 1
            guard taken <= limit else { return result + "…" }
            result += escaped(scalar)
        }
        return result
    }
}
