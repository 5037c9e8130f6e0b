/// Why the Kubernetes API did not do what it was asked.
///
/// The message names the verb, the resource, the namespace, the object and the server. No text ever contains a token, a
/// password or a key.
package struct KubernetesError: Error, Sendable, Hashable {
    /// What went wrong, as a growing set.
    package let code: Code

    /// A sentence that names what was asked of whom.
    package let message: String

    /// What the server, the transport or the system said.
    package let cause: String?

    /// What to do about it; may have several lines.
    package let hint: String?

    /// How long the server asks to wait before the next try.
    package let retryAfter: Duration?

    /// With `gone` in the middle of a list: how to go on with the rest as it is now.
    var continuation: String?

    /// The connection broke while the answer was awaited or came; another try has a new one.
    var isLostConnection = false

    package init(code: Code, message: String, cause: String? = nil, hint: String? = nil, retryAfter: Duration? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
        self.retryAfter = retryAfter
    }

    /// How the caller may go on.
    package var disposition: Disposition {
        code.disposition
    }

    /// One of a bounded set of words, for metric labels and JSON.
    package var label: String {
        code.description
    }
}

extension KubernetesError: CustomStringConvertible {
    /// Message, cause and hint for people.
    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}

extension KubernetesError {
    /// How an error may be handled.
    package enum Disposition: String, Sendable, Hashable {
        /// The same may succeed later, or after the object was read again.
        case retry

        /// The request is wrong; it will never succeed.
        case refuse

        /// The world is wrong; a person must look.
        case stop
    }

    /// What went wrong.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case unauthorized, forbidden, notFound, noSuchResource, conflict, alreadyExists, invalid, gone
            case tooManyRequests, serverError, unreachable, timedOut, badAnswer, notConfigured, tls, cancelled
        }

        private let kind: Kind

        /// The server does not accept our credentials (any more), or there are none.
        package static let unauthorized = Code(kind: .unauthorized)

        /// The server knows us, and we may not do this.
        package static let forbidden = Code(kind: .forbidden)

        /// The object, or the namespace it should be in, does not exist.
        package static let notFound = Code(kind: .notFound)

        /// The server does not serve this kind or this version of it.
        package static let noSuchResource = Code(kind: .noSuchResource)

        /// The object has changed since it was read.
        package static let conflict = Code(kind: .conflict)

        /// An object of this name exists.
        package static let alreadyExists = Code(kind: .alreadyExists)

        /// The server does not accept the content, or could not apply the patch.
        package static let invalid = Code(kind: .invalid)

        /// The server no longer knows the version to begin from.
        package static let gone = Code(kind: .gone)

        /// The server has too much to do; nothing was done.
        package static let tooManyRequests = Code(kind: .tooManyRequests)

        /// The server failed.
        package static let serverError = Code(kind: .serverError)

        /// No connection could be made, or it was lost.
        package static let unreachable = Code(kind: .unreachable)

        /// There was no answer in time; a write may have been done or not.
        package static let timedOut = Code(kind: .timedOut)

        /// Something answered that is not a Kubernetes API, or an answer beyond all bounds.
        package static let badAnswer = Code(kind: .badAnswer)

        /// The way to the cluster, or our credentials for it, cannot be found or used.
        package static let notConfigured = Code(kind: .notConfigured)

        /// One side does not trust the other's certificate.
        package static let tls = Code(kind: .tls)

        /// The task was cancelled.
        package static let cancelled = Code(kind: .cancelled)

        package var description: String {
            kind.rawValue
        }

        var disposition: Disposition {
            switch kind {
            case .conflict, .gone, .tooManyRequests, .serverError, .unreachable, .timedOut: .retry
            case .alreadyExists, .invalid, .notConfigured: .refuse
            case .unauthorized, .forbidden, .notFound, .noSuchResource, .badAnswer, .tls, .cancelled: .stop
            }
        }
    }
}
