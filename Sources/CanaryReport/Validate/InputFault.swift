import CanaryTelemetry

/// A refusal, for people on stderr and for programs on stdout.
package struct InputFault: Sendable, Hashable {
    /// What happened to what.
    package var message: String
    package var cause: String?
    package var hint: String?

    package init(_ message: String, cause: String? = nil, hint: String? = nil) {
        self.message = message
        self.cause = cause
        self.hint = hint
    }

    /// `error: …` with its hint, and a final newline.
    package func text(style: Style) -> String {
        var text = "\(style.paint("error", .bad)): \(message)"
        if let cause { text += ": \(cause)" }
        if let hint { text += "\n  hint: \(hint)" }
        return text + "\n"
    }

    /// `{"schema":"haldane.error/1",…}` and a newline.
    package func json(exitCode: Int32) -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.error/1")
        writer.key("message")
        writer.string(message)
        writer.key("cause")
        if let cause { writer.string(cause) } else { writer.null() }
        writer.key("hint")
        if let hint { writer.string(hint) } else { writer.null() }
        writer.key("exitCode")
        writer.integer(Int(exitCode))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}
