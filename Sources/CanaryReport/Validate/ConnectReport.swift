package import CanaryCore
import CanaryTelemetry

/// What `validate --connect` found out there.
package struct ConnectReport: Sendable {
    package var findings: [RouteFinding]

    package init(findings: [RouteFinding]) {
        self.findings = findings
    }

    /// 3 if a run would be refused, else 0.
    package var exitCode: ExitCode { findings.contains { $0.isBlocking } ? .unknown : .healthy }

    /// One finding a line, with its advice below; a final newline.
    package func text(style: Style) -> String {
        var lines: [String] = []
        for finding in findings {
            lines.append("\(mark(finding, style)) \(TextCells.harmless(finding.sentence))")
            for line in (finding.hint ?? "").split(separator: "\n", omittingEmptySubsequences: false)
            where finding.hint != nil {
                lines.append("    \(TextCells.harmless(String(line)))")
            }
            if case .needsAcceptance(let acceptance) = finding.severity {
                lines.append("    to run all the same: route.accept: [\(acceptance.rawValue)]")
            }
        }
        let refusals = findings.count { $0.isBlocking }
        let warnings = findings.count { $0.severity == .warning }
        lines.append(
            refusals == 0
                ? "a run can begin\(warnings > 0 ? ", with \(Figures.plural(warnings, "warning"))" : "")"
                : "a run would be refused: \(Figures.plural(refusals, "reason"))"
        )
        return lines.joined(separator: "\n") + "\n"
    }

    /// As one JSON object and a newline: `haldane.connect/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.connect/1")
        writer.key("canBegin")
        writer.bool(exitCode == .healthy)
        writer.key("findings")
        writer.beginArray()
        for finding in findings {
            writer.beginObject()
            writer.key("severity")
            writer.string(finding.severity == .info ? "ok" : finding.isBlocking ? "refuse" : "warning")
            writer.key("accept")
            if case .needsAcceptance(let acceptance) = finding.severity {
                writer.string(acceptance.rawValue)
            } else {
                writer.null()
            }
            writer.key("text")
            writer.string(finding.sentence)
            writer.key("hint")
            if let hint = finding.hint { writer.string(hint) } else { writer.null() }
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    private func mark(_ finding: RouteFinding, _ style: Style) -> String {
        if finding.isBlocking { return style.paint("\(style.symbol(.failed)) refused", .bad) }
        return switch finding.severity {
        case .warning, .refuse, .needsAcceptance: style.paint("\(style.symbol(.unknown)) warning", .warning)
        case .info: style.paint("\(style.symbol(.done)) ok", .good)
        }
    }
}
