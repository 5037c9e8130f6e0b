/// Why a line of a recording was refused, with the place.
package struct RecordedWindowError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int

    /// The byte in the line, from 1.
    package let column: Int

    /// What is wrong there, without the place.
    package let message: String

    package init(line: Int, column: Int, message: String) {
        self.line = line
        self.column = column
        self.message = message
    }

    package var description: String { "line \(line), column \(column): \(message)" }
}
