/// Why a page was refused, with the place.
package struct ExpositionError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: String, Sendable, Hashable {
        /// A line that breaks the grammar.
        case malformed
        /// Something else than an exposition: HTML, JSON, compressed bytes.
        case notExposition = "not-exposition"
        /// A limit of `ExpositionLimits`.
        case tooLarge = "too-large"
    }

    package let code: Code

    /// The line, from 1.
    package let line: Int

    /// The byte in the line, from 1.
    package let column: Int

    /// What is wrong there, without the place.
    package let message: String

    package init(code: Code, line: Int, column: Int, message: String) {
        self.code = code
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String { "line \(line), column \(column): \(message)" }
}
