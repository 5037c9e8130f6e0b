/// One thing that is wrong or doubtful in a query file.
package struct QueryFinding: Sendable, Hashable {
    package enum Severity: String, Sendable, Hashable, CaseIterable {
        /// Its numbers would be wrong, or it cannot be asked: it is not taken.
        case error
        /// It is taken, and probably not what is meant.
        case warning
    }

    package let severity: Severity
    /// One word of a bounded vocabulary.
    package let rule: Rule
    /// Where and what.
    package let error: QueryError

    package enum Rule: String, Sendable, Hashable, CaseIterable {
        case header
        case syntax
        case hole
        case rate
        case labels
        case pod
        case range
        case absent
        case time
        case denominator
        case replacement
        /// What a real server said to the filled query.
        case server
    }

    package init(_ severity: Severity, _ rule: Rule, _ error: QueryError) {
        self.severity = severity
        self.rule = rule
        self.error = error
    }
}
