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

    /// The same, of a text that may have lines: none begins with `::`, which a build server would take for a command.
    ///
    /// - Parameter isAtStart: whether nothing but blanks was before the scalar on its line.
    static func escaped(_ scalar: Unicode.Scalar, _ isAtStart: inout Bool) -> String {
        defer {
            if scalar == "\n" || scalar == "\r" {
                isAtStart = true
            } else if !scalar.properties.isWhitespace {
                isAtStart = false
            }
        }
        return isAtStart && scalar == ":" ? "\\:" : escaped(scalar)
    }

    /// One line of a paragraph, a list or a table's cell, of bounded length.
    static func line(_ text: String, to limit: Int = 2000) -> String {
        var result = ""
        var taken = 0
        var isAtStart = true
        for scalar in TextCells.harmless(text).unicodeScalars {
            taken += 1
            guard taken <= limit else { return result + "…" }
            result += escaped(scalar, &isAtStart)
        }
        return result
    }

    /// A link to a page on the web, or to a path; a target that is something else is only named.
    static func link(_ text: String, to target: String) -> String {
        let scheme = target.prefix { $0 != ":" && $0 != "/" && $0 != "?" && $0 != "#" }
        let hasScheme = scheme.endIndex < target.endIndex && target[scheme.endIndex] == ":"
        guard !hasScheme || ["http", "https"].contains(scheme.lowercased()) else {
            return "\(line(text)): \(line(target))"
        }
        var escaped = ""
        for scalar in target.unicodeScalars {
            switch scalar {
            case "<": escaped += "%3C"
            case ">": escaped += "%3E"
            case "\\": escaped += "%5C"
            case " ": escaped += "%20"
            case _ where TextCells.steers(scalar): continue
            default: escaped.unicodeScalars.append(scalar)
            }
        }
        return "[\(line(text))](<\(escaped)>)"
    }
}
