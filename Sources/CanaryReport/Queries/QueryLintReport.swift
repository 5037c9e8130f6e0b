package import CanaryCore
import CanaryTelemetry

/// What is wrong with queries, for `queries lint`.
package struct QueryLintReport: Sendable, Hashable {
    package struct Finding: Sendable, Hashable {
        package var isError: Bool
        /// One word of a bounded vocabulary.
        package var rule: String
        package var query: String
        /// As a path where it is a file, else the name with `.promql`.
        package var file: String
        package var line: Int
        package var column: Int
        package var message: String
        package var hint: String?

        package init(
            isError: Bool,
            rule: String,
            query: String,
            file: String,
            line: Int,
            column: Int,
            message: String,
            hint: String?
        ) {
            self.isError = isError
            self.rule = rule
            self.query = query
            self.file = file
            self.line = line
            self.column = column
            self.message = message
            self.hint = hint
        }
    }

    /// How many were looked at.
    package var queries: Int
    package var findings: [Finding]
    /// The server that was asked, without credentials; nil if none was.
    package var server: String?
    /// How many of the queries it answered with series.
    package var answered: Int
    /// Why the server could not be asked, or nil.
    package var serverFault: String?

    package init(
        queries: Int,
        findings: [Finding],
        server: String? = nil,
        answered: Int = 0,
        serverFault: String? = nil
    ) {
        self.queries = queries
        self.findings = findings
        self.server = server
        self.answered = answered
        self.serverFault = serverFault
    }

    var errors: Int { findings.count { $0.isError } }

    /// 64 if a query cannot be used, 3 if the server could not be asked, else 0.
    package var exitCode: ExitCode { errors > 0 ? .usage : serverFault != nil ? .unknown : .healthy }

    /// A line a finding and one for all, with a final newline.
    package func text(style: Style) -> String {
        var text = ""
        for finding in findings {
            let word = finding.isError ? style.paint("error", .bad) : style.paint("warning", .warning)
            text += "\(TextCells.harmless(finding.file)):\(finding.line):\(finding.column): \(word): "
            text += "\(TextCells.harmless(finding.message))\n"
            if let hint = finding.hint { text += "  hint: \(TextCells.harmless(hint))\n" }
        }
        if let serverFault { text += "\(style.paint("error", .bad)): \(TextCells.harmless(serverFault))\n" }
        let sign = style.symbol(errors > 0 ? .failed : serverFault != nil ? .unknown : .done)
        let count = queries == 1 ? "1 query" : "\(Phrase.count(queries)) queries"
        let warnings = findings.count - errors
        text += "\(sign) \(count): \(Figures.plural(errors, "error")), \(Figures.plural(warnings, "warning"))"
        if let server, serverFault == nil {
            text += "; \(TextCells.harmless(server)) had data for \(Phrase.count(answered)) of them"
        }
        return text + "\n"
    }

    /// One JSON object and a newline: `haldane.query-lint/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.query-lint/1")
        writer.key("queries")
        writer.integer(queries)
        writer.key("errors")
        writer.integer(errors)
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            for (key, value) in [
                ("severity", finding.isError ? "error" : "warning"), ("rule", finding.rule), ("query", finding.query),
                ("file", finding.file), ("message", finding.message),
            ] {
                writer.key(text: key)
                writer.string(value)
            }
            writer.key("line")
            writer.integer(finding.line)
            writer.key("column")
            writer.integer(finding.column)
            writer.key("hint")
            if let hint = finding.hint { writer.string(hint) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.key("server")
        if let server { writer.string(server) } else { writer.null() }
        writer.key("answered")
        writer.integer(answered)
        writer.key("fault")
        if let serverFault { writer.string(serverFault) } else { writer.null() }
        writer.key("exitCode")
        writer.integer(Int(exitCode.code))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}
