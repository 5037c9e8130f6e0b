/// What is put into a hole of a query.
///
/// The kind says where the hole may stand, so that no value can change the query's shape.
package enum QueryHole: Sendable, Hashable {
    /// Inside of quotes: escaped for them, and behind `=~` or `!~` for a regular expression too, so that it stands for itself.
    case text(String)
    /// Label matchers as they are, between the braces of a selector: `a="x",b=~"y|z"`; made by us, never by a peer.
    case matchers(String)
    /// The name of a label, in `by (…)` or inside of quotes.
    case label(String)
    /// A length of time, e.g. between the brackets of a range; rounded to milliseconds, and at least one.
    case duration(Duration)

    /// The holes there are, and what they are for.
    package static let known: [(name: String, meaning: String)] = [
        ("reporter", "who counted: source, destination or waypoint; inside of quotes"),
        ("cohorts", "label matchers of both versions"),
        ("stable", "label matchers of the stable version"),
        ("canary", "label matchers of the canary"),
        ("cohort", "label matchers of one of the versions, for a question that is asked once for each"),
        ("match", "further label matchers, each with a comma in front; may be nothing"),
        ("services", "label matchers of the Services that the versions belong to"),
        ("version", "label matchers of one version on what its pods export themselves"),
        ("namespace", "the namespace of the workloads; inside of quotes"),
        ("pod", "the name of the label that tells pods apart"),
        ("period", "a length of time, for the ranges of a view"),
    ]

    /// Whether this is a label's name as Prometheus takes it: a letter or `_`, then letters, digits and `_`.
    package static func isLabelName(_ name: String) -> Bool {
        guard let first = name.utf8.first, PromQLBytes.isNameStart(first) else { return false }
        return name.utf8.allSatisfy { PromQLBytes.isNameStart($0) || PromQLBytes.isDigit($0) }
    }

    /// The text that stands for exactly this value in a PromQL regular expression (RE2).
    package static func regexEscaped(_ value: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            if "\\.+*?()|[]{}^$".unicodeScalars.contains(scalar) { result.append("\\") }
            result.append(scalar)
        }
        return String(result)
    }

    /// A value between double quotes.
    package static func quoted(_ value: String) -> String {
        "\"" + escaped(value, for: PromQLBytes.doubleQuote) + "\""
    }

    /// A value escaped for quotes of a kind; a raw string (backticks) has no escapes.
    static func escaped(_ value: String, for quote: UInt8) -> String {
        guard quote != PromQLBytes.backtick else { return value }
        var result = String.UnicodeScalarView()
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result.append(contentsOf: "\\\\".unicodeScalars)
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\r": result.append(contentsOf: "\\r".unicodeScalars)
            case _ where scalar.value == UInt32(quote):
                result.append("\\")
                result.append(scalar)
            default: result.append(scalar)
            }
        }
        return String(result)
    }

    /// A duration as PromQL writes it: `300s`, `1500ms`.
    static func rendered(_ duration: Duration) -> String {
        let parts = duration.components
        guard (0..<10_000_000_000).contains(parts.seconds) else { return parts.seconds < 0 ? "1ms" : "9999999999s" }
        let milliseconds = max(parts.seconds * 1000 + parts.attoseconds / 1_000_000_000_000_000, 1)
        return milliseconds % 1000 == 0 ? "\(milliseconds / 1000)s" : "\(milliseconds)ms"
    }
}
