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

    package init(
        file: String,
        line: Int,
        column: Int,
        length: Int = 1,
        message: String,
        suggestion: String? = nil,
        source: String
    ) {
        self.file = file
        self.line = line
        self.column = column
        self.length = length
        self.message = message
        self.suggestion = suggestion
        self.source = source
    }

    /// Longer source lines are cut, so that one bad line cannot flood a terminal.
    private static let widthLimit = 200

    package var description: String {
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

    /// Control characters of untrusted text must not reach a terminal.
    private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
        scalar != "\t" && (scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value)) ? "\u{FFFD}" : scalar
    }
}
