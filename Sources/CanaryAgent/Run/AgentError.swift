package import CanaryCore

/// Why a run could not begin.
package struct AgentError: Error, Sendable, Hashable, CustomStringConvertible {
    package var message: String
    package var cause: String?
    package var hint: String?
    package var exitCode: ExitCode

    package init(_ message: String, cause: String? = nil, hint: String? = nil, exitCode: ExitCode = .unknown) {
        self.message = message
        self.cause = cause
        self.hint = hint
        self.exitCode = exitCode
    }

    package var description: String {
        var text = message
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text
    }
}
