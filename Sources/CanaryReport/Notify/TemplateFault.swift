/// What is wrong with a template, and where.
package struct TemplateFault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The template's name or path.
    package var template: String
    /// From 1; nil if it is not about a place.
    package var line: Int?
    package var column: Int?
    package var message: String
    package var hint: String?
    /// The line in question.
    package var excerpt: String?

    init(
        _ template: String,
        _ message: String,
        line: Int? = nil,
        column: Int? = nil,
        excerpt: String? = nil,
        hint: String? = nil
    ) {
        self.template = template
        self.message = message
        self.line = line
        self.column = column
        self.excerpt = excerpt
        self.hint = hint
    }

    /// `slack.mustache:3:14: '{{outcom}}' is not a variable of a notice`.
    package var headline: String {
        let place = [line, column].compactMap { $0 }.map { ":\($0)" }.joined()
        return "\(template)\(place): \(message)"
    }

    /// The headline, the line with a caret, and the hint.
    package var description: String {
        var text = headline
        if let excerpt, let line, let column {
            let number = "\(line)"
            let margin = String(repeating: " ", count: number.count)
            text += "\n  \(number) | \(TextCells.harmless(excerpt))"
            text += "\n  \(margin) | \(String(repeating: " ", count: max(column - 1, 0)))^"
        }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}

extension TemplateFault {
    /// A template that could not even be read.
    package static func unreadable(_ template: String, _ message: String) -> TemplateFault {
        TemplateFault(template, message)
    }
}
