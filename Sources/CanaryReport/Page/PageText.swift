import CanaryCore

/// Text of a page: escaped, and with signs as a typesetter would choose them.
package enum PageText {
    /// Untrusted text in one line, without what could steer a reader: controls, and turns of the reading direction.
    static func plain(_ text: String) -> String {
        TextCells.harmless(text)
    }

    /// What may stand in an element or in a quoted attribute: escaped scalar by scalar, without what XML does not allow.
    ///
    /// By scalars, because a mark that follows a `<` or a quote would hide it in a character of its own.
    package static func escaped(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in plain(text).unicodeScalars {
            // A number and its sign belong on one line.
            if scalar == "%", result.last == " " {
                result.removeLast()
                result.append("\u{A0}")
            }
            switch scalar {
            case "<": result.append(contentsOf: "&lt;".unicodeScalars)
            case ">": result.append(contentsOf: "&gt;".unicodeScalars)
            case "&": result.append(contentsOf: "&amp;".unicodeScalars)
            case "\"": result.append(contentsOf: "&quot;".unicodeScalars)
            case "'": result.append(contentsOf: "&#39;".unicodeScalars)
            // Not characters in XML.
            case "\u{FFFE}", "\u{FFFF}": result.append("\u{FFFD}")
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// The same for text that keeps its lines.
    static func escapedLines(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).map { escaped(String($0)) }.joined(
            separator: "\n"
        )
    }

    /// A number with its unit that no line break parts, with a real minus: `−0.19 pp`.
    package static func number(_ words: String) -> String {
        var result = ""
        for character in words {
            switch character {
            case "-": result += "\u{2212}"
            case " ": result += "\u{A0}"
            default: result.append(character)
            }
        }
        return result
    }

    /// A share: `0.5 %`.
    static func percent(_ share: Double) -> String { number(Phrase.percent(share)) }

    /// A difference of shares: `+4.9 pp`.
    static func points(_ difference: Double) -> String { number(Phrase.points(difference)) }

    /// An interval of differences of shares: `+3.1 to +6.7 pp`.
    static func points(_ low: Double, to high: Double) -> String {
        let lower = Phrase.points(low)
        return "\(number(lower.hasSuffix(" pp") ? String(lower.dropLast(3)) : lower)) to \(number(Phrase.points(high)))"
    }

    static func weight(_ percent: Double) -> String { number(Phrase.weight(percent)) }

    static func duration(_ seconds: Double) -> String { number(Phrase.duration(seconds)) }

    /// A latency: `250 ms`, from a second on `2.5 s` or `1 h`.
    static func milliseconds(_ value: Double) -> String {
        value < 1000 ? number("\(Phrase.decimal(value)) ms") : duration(value / 1000)
    }

    static func count(_ value: Int) -> String { number(Phrase.count(value)) }

    static func count(_ value: Double) -> String { number(Phrase.count(value.rounded())) }

    /// A number that is not known better: two digits of it from 1,000 on.
    static func about(_ value: Double) -> String {
        guard value.isFinite, value.magnitude >= 1000, value.magnitude < 1e15 else { return count(value) }
        var unit = 1.0
        while value.magnitude / unit >= 100 { unit *= 10 }
        return count((value / unit).rounded() * unit)
    }

    static func odds(_ log: Double) -> String { number(Figures.odds(log)) }

    /// `1,204 requests`.
    static func requests(_ count: Int) -> String { number(Figures.plural(count, "request")) }

    /// The words as a sentence: a capital, unless they begin with a version's name, and a full stop.
    static func sentence(_ words: String, keeping names: String...) -> String {
        let ends: Set<Character> = [".", "!", "?", ":"]
        let whole = words.last.map(ends.contains) == true ? words : words + "."
        if names.contains(where: { !$0.isEmpty && whole.hasPrefix($0) }) { return whole }
        return whole.prefix(1).uppercased() + whole.dropFirst()
    }
}
