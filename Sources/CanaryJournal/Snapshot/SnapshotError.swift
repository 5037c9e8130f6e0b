/// Why a snapshot could not be written, or cannot be gone on with.
package struct SnapshotError: Error, Sendable, Hashable, CustomStringConvertible {
    package enum Code: Sendable, Hashable {
        /// Over a limit.
        case tooLarge
        /// Not a snapshot, damaged, or a state that no run can be in.
        case corrupt
        /// Of another version of the format.
        case otherSchema
        /// Of a run that is judged by another version of the statistics.
        case otherEngine(Int)
        /// The compressor or the encoder failed.
        case failed
    }

    package var code: Code
    package var message: String
    package var cause: String?
    package var hint: String?

    package init(_ code: Code, _ message: String, cause: String? = nil, hint: String? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
        self.hint = hint
    }

    /// One word of a bounded vocabulary, for metric labels and JSON.
    package var label: String {
        switch code {
        case .tooLarge: "tooLarge"
        case .corrupt: "corrupt"
        case .otherSchema: "otherSchema"
        case .otherEngine: "otherEngine"
        case .failed: "failed"
        }
    }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
