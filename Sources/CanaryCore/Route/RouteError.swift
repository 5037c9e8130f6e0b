/// Why a route could not be read or written.
package struct RouteError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case missing, unreadable, unwritable, notARoute, ambiguous, unsupported, conflict, unproven
        }
        private let kind: Kind
        package var description: String { kind.rawValue }

        /// The file or object is not there.
        package static let missing = Code(kind: .missing)
        package static let unreadable = Code(kind: .unreadable)
        package static let unwritable = Code(kind: .unwritable)
        /// Not YAML, not the expected kind, or the fields have other types.
        package static let notARoute = Code(kind: .notARoute)
        /// Several rules or destinations fit, or none.
        package static let ambiguous = Code(kind: .ambiguous)
        /// A third destination, an alias, a template, a delegate: nothing we may edit.
        package static let unsupported = Code(kind: .unsupported)
        /// The stored revision is not the expected one.
        package static let conflict = Code(kind: .conflict)
        /// The edited text would have changed more than the weights.
        package static let unproven = Code(kind: .unproven)
    }

    package enum Disposition: Sendable, Hashable {
        /// The same call may work later.
        case retry
        /// The input is wrong.
        case refuse
        /// Somebody must look.
        case stop
    }

    package var code: Code
    /// A sentence that names the thing.
    package var message: String
    package var cause: String?
    /// What to do about it.
    package var hint: String?
    package var disposition: Disposition

    package init(
        _ code: Code,
        _ message: String,
        cause: String? = nil,
        hint: String? = nil,
        disposition: Disposition = .refuse
    ) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
        self.disposition = disposition
    }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
