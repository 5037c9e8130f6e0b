/// Text in terminal cells: widths, padding and cutting, with escape sequences counted as nothing.
package enum TextCells {
    /// The cells that a text takes.
    ///
    /// Colour sequences take none, combining marks take none, East Asian wide characters and emoji take two.
    package static func width(_ text: String) -> Int {
        var width = 0
        var isInEscape = false
        for scalar in text.unicodeScalars {
            if isInEscape {
                if scalar == "m" { isInEscape = false }
                continue
            }
            if scalar == "\u{1B}" {
                isInEscape = true
                continue
            }
            width += cells(scalar)
        }
        return width
    }

    /// The text with blanks up to a width.
    package static func padded(_ text: String, to wanted: Int) -> String {
        text + String(repeating: " ", count: max(wanted - width(text), 0))
    }

    /// The text behind blanks.
    package static func alignedRight(_ text: String, to wanted: Int) -> String {
        String(repeating: " ", count: max(wanted - width(text), 0)) + text
    }

    /// The text, cut with an ellipsis if it is wider than `limit`; colour is reset after a cut.
    package static func cut(_ text: String, to limit: Int, ellipsis: String = "…") -> String {
        guard width(text) > limit else { return text }
        let room = max(limit - width(ellipsis), 0)
        var result = String.UnicodeScalarView()
        var taken = 0
        var isInEscape = false
        var hasColor = false
        for scalar in text.unicodeScalars {
            if isInEscape || scalar == "\u{1B}" {
                hasColor = true
                isInEscape = scalar != "m"
                result.append(scalar)
                continue
            }
            let cells = cells(scalar)
            guard taken + cells <= room else { break }
            taken += cells
            result.append(scalar)
        }
        return String(result) + (limit > 0 ? ellipsis : "") + (hasColor ? "\u{1B}[0m" : "")
    }

    /// The text in lines of at most `limit` cells, broken at blanks where there are any; a number stays with its unit.
    package static func wrapped(_ text: String, to limit: Int) -> [String] {
        var lines: [String] = []
        var line = ""
        let bound = Self.bonds.reduce(text) { $0.replacing($1, with: $1.replacing(" ", with: "\u{A0}")) }
        for word in bound.split(separator: " ", omittingEmptySubsequences: true) {
            if line.isEmpty {
                line = String(word)
            } else if width(line) + 1 + width(String(word)) <= limit {
                line += " " + word
            } else {
                lines.append(line)
                line = String(word)
            }
        }
        if !line.isEmpty || lines.isEmpty { lines.append(line) }
        return lines.map { $0.replacing("\u{A0}", with: " ") }
    }

    /// What no line may be broken in: odds, and units after their number.
    private static let bonds = [" : 1", " %", " pp", " ms"]

    /// Untrusted text in one line and without what could steer a terminal; a new line becomes a semicolon.
    package static func harmless(_ text: String) -> String {
        guard text.unicodeScalars.contains(where: steers) else { return text }
        var result = String.UnicodeScalarView()
        var isAfterBreak = false
        for scalar in text.unicodeScalars {
            if isAfterBreak, scalar == " " { continue }
            isAfterBreak = scalar == "\n"
            if isAfterBreak {
                result.append(contentsOf: "; ".unicodeScalars)
            } else {
                result.append(steers(scalar) ? "\u{FFFD}" : scalar)
            }
        }
        return String(result)
    }

    /// Whether a scalar steers whoever shows it, or cannot be seen, instead of being text.
    ///
    /// Controls, marks that turn the reading direction, breaks of lines that no program expects, and whatever joins or parts words
    /// without a sign of its own: a name could hide or pose as another one with them.
    package static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x61C, 0x200B...0x200F, 0x2028...0x202E, 0x2060...0x2069, 0xFEFF: true
        default: false
        }
    }

    private static func cells(_ scalar: Unicode.Scalar) -> Int {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0: 0
        case 0x20..<0x300: 1
        case 0x300..<0x370, 0x200B...0x200F, 0xFE00...0xFE0F: 0
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0x1F300...0x1FAFF,
            0x20000...0x3FFFD:
            2
        default: 1
        }
    }
}
