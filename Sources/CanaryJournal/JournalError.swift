/// Why a journal could not be opened, read or written.
package struct JournalError: Error, Sendable, Hashable, CustomStringConvertible {
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case locked, full, corrupt, unsupportedVersion, missing, exists, denied, wrongKind
            case invalidName, invalidRecord, tooLarge, closed, io
        }

        private let kind: Kind

        package var description: String { kind.rawValue }

        /// Another process works with this journal.
        package static let locked = Code(kind: .locked)
        /// No space, or no quota, is left on the device.
        package static let full = Code(kind: .full)
        /// Damage that a torn last flush does not explain, or a file that is no journal.
        package static let corrupt = Code(kind: .corrupt)
        /// Written by a Haldane with another major version of the format.
        package static let unsupportedVersion = Code(kind: .unsupportedVersion)
        /// The file, the directory, or any run in it is not there.
        package static let missing = Code(kind: .missing)
        /// A run of this name has a journal already.
        package static let exists = Code(kind: .exists)
        /// Permissions or a read-only file system.
        package static let denied = Code(kind: .denied)
        /// A directory where a file was expected, or the reverse, or a device or a link.
        package static let wrongKind = Code(kind: .wrongKind)
        /// A path or run name that cannot be used.
        package static let invalidName = Code(kind: .invalidName)
        /// A record that is empty, or holds a newline, or a header without the schema.
        package static let invalidRecord = Code(kind: .invalidRecord)
        /// A record, a frame or the whole journal is over its limit.
        package static let tooLarge = Code(kind: .tooLarge)
        /// The writer was closed.
        package static let closed = Code(kind: .closed)
        /// Any other failure of the system.
        package static let io = Code(kind: .io)
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
    /// What the system or the library said.
    package var cause: String?
    /// What to do about it.
    package var hint: String?

    package init(_ code: Code, _ message: String, cause: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
    }

    /// How a caller may go on.
    package var disposition: Disposition {
        switch code {
        case .locked: .retry
        case .full, .io, .denied, .closed: .stop
        default: .refuse
        }
    }

    /// One word of a bounded vocabulary, for metric labels and JSON.
    package var label: String { code.description }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
