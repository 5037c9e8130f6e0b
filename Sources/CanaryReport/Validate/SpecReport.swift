import CanaryCore
import CanaryTelemetry

/// What `validate` prints of a spec that is fine.
package struct SpecReport: Sendable {
    /// One value and where it came from.
    package struct Entry: Sendable, Hashable {
        package var path: String
        package var value: String
        package var origin: String

        package init(path: String, value: String, origin: String) {
            self.path = path
            self.value = value
            self.origin = origin
        }
    }

    package var file: String
    package var name: String
    package var entries: [Entry]
    /// Advice about a spec that is valid, e.g. a short history.
    package var warnings: [String]

    package init(file: String, name: String, entries: [Entry], warnings: [String]) {
        self.file = file
        self.name = name
        self.entries = entries
        self.warnings = warnings
    }

    /// As text, with a final newline; every value only if asked.
    package func text(isEffective: Bool, style: Style) -> String {
        var lines: [String] = []
        if isEffective {
            let wide = entries.map { TextCells.width($0.path) }.max() ?? 0
            let values = entries.map { min(TextCells.width($0.value), 40) }.max() ?? 0
            for entry in entries {
                let value = TextCells.padded(TextCells.harmless(entry.value), to: values)
                lines.append(
                    "\(TextCells.padded(entry.path, to: wide))  \(value)  \(style.paint(TextCells.harmless(entry.origin), .quiet))"
                )
            }
        } else {
            lines.append(
                "\(style.paint("\(style.symbol(.done)) valid", .good)): \(TextCells.harmless(file)) (\(TextCells.harmless(name)))"
            )
        }
        lines += warnings.map { "\(style.paint("warning", .warning)): \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// As one JSON object and a newline: `haldane.validate/1`.
    package func json(isEffective: Bool) -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.validate/1")
        writer.key("file")
        writer.string(file)
        writer.key("valid")
        writer.bool(true)
        writer.key("name")
        writer.string(name)
        writer.key("warnings")
        writer.strings(warnings)
        if isEffective {
            writer.key("effective")
            writer.beginArray()
            for entry in entries {
                writer.beginObject()
                writer.key("path")
                writer.string(entry.path)
                writer.key("value")
                writer.string(entry.value)
                writer.key("origin")
                writer.string(entry.origin)
                writer.endObject()
            }
            writer.endArray()
        }
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}
