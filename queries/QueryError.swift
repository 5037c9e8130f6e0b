/// What is wrong with a query, and where.
package struct QueryError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The query's name, without `.promql`.
    package let name: String
    /// From 1.
    package let line: Int
    /// From 1, in Unicode scalars.
    package let column: Int
    package let message: String
    /// What to do about it.
    package let hint: String?

    package init(name: String, line: Int, column: Int = 1, message: String, hint: String? = nil) {
        self.name = name
        self.line = line
        self.column = column
        self.message = message
        self.hint = hint
    }

    /// `NAME.promql:LINE:COLUMN: message`, without the hint.
    package var description: String { "\(name).promql:\(line):\(column): \(message)" }
}
