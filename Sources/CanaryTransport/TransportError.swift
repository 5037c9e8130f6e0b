/// Why a request got no complete answer.
///
/// No message, cause or hint ever contains credentials, a token or the query of a URL.
package struct TransportError: Error, Sendable, Hashable {
    /// What went wrong, as a growing set.
    package let code: Code

    /// A sentence that names the URL, without credentials and query.
    package let message: String

    /// What the library or the system said.
    package let cause: String?

    /// What to do about it.
    package let hint: String?

    package init(code: Code, message: String, cause: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
    }

    /// How the caller may go on.
    package var disposition: Disposition {
        code.disposition
    }

    /// One of a bounded set of words, for metric labels and JSON.
    package var label: String {
        code.label
    }
}

extension TransportError: CustomStringConvertible {
    /// Message, cause and hint for people.
    package var description: String {
        var text = message
        if let cause {
            text += ": \(cause)"
        }
        if let hint {
            text += "\n  hint: \(hint)"
        }
        return text
    }
}

extension TransportError {
    /// How an error may be handled.
    package enum Disposition: String, Sendable, Hashable {
        /// The same request may succeed later.
        case retry

        /// The request is wrong; it will never succeed.
        case refuse

        /// The world is wrong; a person must look.
        case stop
    }

    /// What went wrong.
    package struct Code: Sendable, Hashable, CustomStringConvertible {
        private enum Kind: String {
            case refused, timedOut, tooLarge, cancelled, tls, dns, protocolViolation, truncated, invalidURL
            case invalidRequest, credentials, saturated, other
        }

        private let kind: Kind

        /// Nobody listens there, or no route leads there.
        package static let refused = Code(kind: .refused)

        /// The deadline passed before the answer was complete.
        package static let timedOut = Code(kind: .timedOut)

        /// The body, its compressed form, or the header is larger than accepted.
        package static let tooLarge = Code(kind: .tooLarge)

        /// The task was cancelled, or the client shut down.
        package static let cancelled = Code(kind: .cancelled)

        /// The handshake failed, or one side did not accept the other's certificate.
        package static let tls = Code(kind: .tls)

        /// The host's name, or the proxy's, could not be resolved.
        package static let dns = Code(kind: .dns)

        /// The peer does not speak HTTP, or its compressed body is damaged.
        package static let protocolViolation = Code(kind: .protocolViolation)

        /// The connection ended before the answer was complete.
        package static let truncated = Code(kind: .truncated)

        /// The URL is not an absolute http or https URL.
        package static let invalidURL = Code(kind: .invalidURL)

        /// The method or a header field is malformed.
        package static let invalidRequest = Code(kind: .invalidRequest)

        /// A token, client certificate or key could not be read.
        package static let credentials = Code(kind: .credentials)

        /// Too many requests wait for a free slot already.
        package static let saturated = Code(kind: .saturated)

        /// Anything else that libcurl reports.
        package static let other = Code(kind: .other)

        package var description: String {
            label
        }

        var label: String {
            kind.rawValue
        }

        var disposition: Disposition {
            switch kind {
            case .refused, .timedOut, .dns, .truncated, .saturated, .other: .retry
            case .invalidURL, .invalidRequest: .refuse
            case .tooLarge, .cancelled, .tls, .protocolViolation, .credentials: .stop
            }
        }
    }
}

extension TransportError {
    static func invalidURL(_ text: String, cause: String) -> TransportError {
        TransportError(
            code: .invalidURL,
            message: "the URL '\(RequestAddress.redact(text))' cannot be used",
            cause: cause,
            hint: "write an absolute URL, such as http://127.0.0.1:15020/stats/prometheus"
        )
    }

    static func credentials(_ token: BearerToken, cause: String) -> TransportError {
        TransportError(
            code: .credentials,
            message: "\(token) cannot be used",
            cause: cause,
            hint: "check that it exists and that this user may read it"
        )
    }
}
