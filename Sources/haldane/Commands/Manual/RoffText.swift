/// Text in the language of `man` pages.
enum RoffText {
    /// Characters that mean what they are, in one line; beyond ASCII by number, so that no encoding has to be guessed.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\\": result += "\\e"
            case "-": result += "\\-"
            case "\n", "\t": result += " "
            case "'": result += "\\(aq"
            case "`": result += "\\(ga"
            case "^": result += "\\(ha"
            case "~": result += "\\(ti"
            // Not every device has these.
            case "…": result += "..."
            case "→": result += "->"
            default:
                if (0x20..<0x7F).contains(scalar.value) {
                    result.unicodeScalars.append(scalar)
                } else if scalar.value > 0x9F {
                    let digits = String(scalar.value, radix: 16, uppercase: true)
                    result += "\\[u\(String(repeating: "0", count: max(4 - digits.count, 0)))\(digits)]"
                }
            }
        }
        // A line that begins with a point is a request to the formatter.
        return result.hasPrefix(".") ? "\\&" + result : result
    }

    /// Between quotation marks, as an argument of a macro.
    static func quoted(_ text: String) -> String { "\"\(escaped(text).replacing("\"", with: "\\(dq"))\"" }

    static func bold(_ text: String) -> String { "\\fB\(escaped(text))\\fR" }

    static func italic(_ text: String) -> String { "\\fI\(escaped(text))\\fR" }

    /// Paragraphs as in help screens: blank lines part them, indented lines are literal.
    static func paragraphs(_ text: String) -> [String] {
        var lines: [String] = []
        var isLiteral = false
        var isInside = false
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            let isIndented = line.hasPrefix("  ")
            if isLiteral, !isIndented {
                lines += [".fi", ".RE"]
                isLiteral = false
                isInside = false
            }
            if line.allSatisfy({ $0 == " " }) {
                isInside = false
                continue
            }
            if isIndented {
                if !isLiteral { lines += [".PP", ".RS 4", ".nf"] }
                isLiteral = true
                lines.append(escaped(String(line.dropFirst(2))))
            } else {
                lines.append(isInside ? ".br" : ".PP")
                isInside = true
                lines.append(escaped(String(line)))
            }
        }
        if isLiteral { lines += [".fi", ".RE"] }
        return lines
    }
}
