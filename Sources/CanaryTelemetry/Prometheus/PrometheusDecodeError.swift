/// Why an answer cannot be read.
package struct PrometheusDecodeError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A bounded word.
    package enum Code: String, Sendable, Hashable {
        /// It does not begin like JSON: a login page, a proxy's words.
        case notJSON = "not-json"
        /// It is JSON of another shape, or none further on.
        case malformed
        /// It ends in the middle.
        case truncated
        /// It is larger than a limit.
        case tooLarge = "too-large"
    }

    package var code: Code

    /// Where, in bytes from the beginning of the answer, from 0.
    package var offset: Int

    package var message: String

    package init(code: Code, offset: Int, message: String) {
        self.code = code
        self.offset = offset
        self.message = message
    }

    package var description: String { "byte \(offset): \(message)" }
}
