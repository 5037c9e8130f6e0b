/// What is wrong with a spec: one or more diagnostics, in the order of the text.
package struct SpecError: Error, Sendable, Hashable, CustomStringConvertible {
    package var diagnostics: [SpecDiagnostic]

    package init(_ diagnostics: [SpecDiagnostic]) {
        self.diagnostics = diagnostics
    }

    /// All diagnostics, as people read them; no final newline.
    package var description: String {
        diagnostics.map(\.description).joined(separator: "\n")
    }

    /// All of it on one line without sources, for an object's status: the first faults, and how many more there are.
    package var summary: String {
        let shown = diagnostics.prefix(3).map(\.sentence).joined(separator: "; ")
        return diagnostics.count > 3 ? "\(shown); and \(diagnostics.count - 3) more" : shown
    }
}

/// One fault of a spec with the place it stands at.
///
/// Rendered as `file:line:column: error: message`, the source line, and an underline that may carry a suggestion:
///
/// ```
/// canary.yaml:14:9: error: unknown key 'tolerence' in objectives.errors
///    14 |         tolerence: 0.5pp
///       |         ^~~~~~~~~ did you mean 'tolerance'?
/// ```
///
/// An object of an API has no lines: there the path of the value stands in their place.
///
/// ```
/// Canary test1/demo4: spec.pace.interval: error: pace.interval must be a duration like 5s, 30m or 1m30s, not '5'
///   hint: write 5s for seconds
/// ```
package struct SpecDiagnostic: Sendable, Hashable, CustomStringConvertible {
    /// The file, or the whole `--set` argument.
    package var file: String
    /// From 1; 0 for a command-line argument, which has no lines.
    package var line: Int
    /// From 1, in Unicode scalars.
    package var column: Int
    /// How many characters are underlined; at least 1.
    package var length: Int
    package var message: String
    /// What was probably meant.
    package var suggestion: String?
    /// The line as it stands in the source.
    package var source: String
    /// Where the value is in an object of an API, `spec.pace.interval`; nil for a text.
    package var path: String?

    package init(
        file: String,
        line: Int,
        column: Int,
        length: Int = 1,
        message: String,
        suggestion: String? = nil,
        source: String,
        path: String? = nil
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.length = length
        self.message = message
        self.suggestion = suggestion
        self.source = source
        self.path = path
    }

    /// The message and what was probably meant, without the source; of an object also where it is.
    package var sentence: String {
        let words = message + (suggestion.map { " (\($0))" } ?? "")
        return Self.visible(path.map { words.contains($0) ? words : "\($0): \(words)" } ?? words)
    }

    /// Longer source lines are cut, so that one bad line cannot flood a terminal.
    private static let widthLimit = 200

    package var description: String {
        let message = Self.visible(message)
        let suggestion = suggestion.map(Self.visible)
        if let path {
            let hint = suggestion.map { "\n  hint: \($0)" } ?? ""
            return "\(Self.visible(file)): \(Self.visible(path)): error: \(message)\(hint)"
        }
        let place = line > 0 ? "\(file):\(line):\(column)" : file
        let number = line > 0 ? String(line) : ""
        let margin = String(repeating: " ", count: max(0, 5 - number.count)) + number
        let line = SecretMask.masked(source.unicodeScalars.prefix(Self.widthLimit).map(Self.visible))
        let shown = String(String.UnicodeScalarView(line))
        // Tabs are kept, so that the caret stands under its character at any tab width.
        var pad = String(
            String.UnicodeScalarView(
                source.unicodeScalars.prefix(min(column - 1, Self.widthLimit)).map { $0 == "\t" ? $0 : " " }
            )
        )
        pad += "^" + String(repeating: "~", count: max(0, min(length, Self.widthLimit) - 1))
        if let suggestion { pad += " " + suggestion }
        return "\(place): error: \(message)\n\(margin) | \(shown)\n      | \(pad)"
    }

    private static func visible(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map(visible)))
    }

    /// Control characters of untrusted text must not reach a terminal.
    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar != "\t" && (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)) ? "\u{FFFD}" : scalar
    }
}
