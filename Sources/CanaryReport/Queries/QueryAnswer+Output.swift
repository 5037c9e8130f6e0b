import CanaryCore
import CanaryTelemetry

extension QueryAnswer {
    /// A table of the answer, what was noticed, and the query as it was sent; with a final newline.
    package func text(style: Style) -> String {
        var text = "\(style.paint(name, .strong)): \(TextCells.harmless(asks)) (\(TextCells.harmless(unit)))\n"
        text += "\(Figures.plural(samples, "sample")) from \(TextCells.harmless(server)) at \(Figures.moment(at))\n"
        for part in parts {
            text += "\n"
            if let version = part.version { text += "\(TextCells.harmless(version))\n" }
            if let fault = part.fault {
                text += "\(style.paint("error", .bad)): \(TextCells.harmless(fault))\n"
            } else if part.rows.isEmpty {
                text += "\(style.symbol(.unknown)) no series: nothing is known, which is not zero\n"
            } else {
                text += Self.table(part.rows, unit: unit)
                if part.samples > part.rows.count {
                    text += "… and \(Phrase.count(part.samples - part.rows.count)) more\n"
                }
            }
            for warning in part.warnings {
                text += "\(style.paint("warning", .warning)): \(TextCells.harmless(warning))\n"
            }
        }
        if let views {
            text += "\n"
            for line in views.lines {
                let wrapped = TextCells.wrapped(TextCells.harmless(line), to: 110)
                text += wrapped.joined(separator: "\n  ") + "\n"
            }
        }
        for note in notes { text += "note: \(TextCells.harmless(note))\n" }
        text += "\nsent\n"
        for part in parts {
            text += part.query.split(separator: "\n").map { "  \(TextCells.harmless(String($0)))\n" }.joined()
        }
        return text
    }

    /// One JSON object and a newline: `haldane.query-answer/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.query-answer/1")
        for (key, value) in [("name", name), ("asks", asks), ("unit", unit), ("server", server)] {
            writer.key(text: key)
            writer.string(value)
        }
        writer.key("at")
        writer.string(Figures.moment(at))
        writer.key("samples")
        writer.integer(samples)
        writer.key("parts")
        writer.beginArray()
        for part in parts { Self.write(part, into: &writer) }
        writer.endArray()
        writer.key("views")
        if let views { views.write(into: &writer) } else { writer.null() }
        writer.key("notes")
        writer.strings(notes)
        writer.key("exitCode")
        writer.integer(Int(exitCode.code))
        writer.endObject()
        writer.endLine()
        return writer.take()
    }

    /// Values beside their labels; labels that are the same in every row are said once above it.
    private static func table(_ rows: [Row], unit: String) -> String {
        var names: [String] = []
        for name in rows.lazy.flatMap(\.labels).map(\.name) where !names.contains(name) { names.append(name) }
        let columns = names.map { name in rows.map { row in row.labels.first { $0.name == name }?.value ?? "" } }
        let isSame = columns.map { column in column.allSatisfy { $0 == column[0] } }
        var text = ""
        let same = zip(names, columns).enumerated().filter { isSame[$0.offset] }.map {
            "\($0.element.0)=\($0.element.1[0])"
        }
        if !same.isEmpty {
            let prefix = rows.count > 1 ? "all: " : ""
            text +=
                TextCells.wrapped(prefix + TextCells.harmless(same.joined(separator: " ")), to: 110)
                .joined(separator: "\n  ") + "\n"
        }
        let shown = names.indices.filter { !isSame[$0] }
        let header = shown.map { names[$0] } + ["value"]
        var cells: [[String]] = [header]
        for (index, row) in rows.enumerated() {
            cells.append(shown.map { TextCells.harmless(columns[$0][index]) } + [number(row.value)])
        }
        let widths = header.indices.map { column in cells.map { TextCells.width($0[column]) }.max() ?? 0 }
        for line in cells {
            let padded = zip(line, widths).enumerated().map { index, cell in
                index == header.count - 1
                    ? TextCells.alignedRight(cell.0, to: cell.1) : TextCells.padded(cell.0, to: cell.1)
            }
            text += padded.joined(separator: "  ") + "\n"
        }
        return text
    }

    /// A counter in full, anything else short.
    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Inf" : "+Inf" }
        if let whole = Int(exactly: value) { return Phrase.count(whole) }
        if value.magnitude >= 1 { return Phrase.decimal(value) }
        let rounded = (value * 1_000_000).rounded() / 1_000_000
        return rounded == 0 ? "\(value)" : "\(rounded)"
    }

    private static func write(_ part: Part, into writer: inout JSONLineWriter) {
        writer.beginObject()
        writer.key("version")
        if let version = part.version { writer.string(version) } else { writer.null() }
        writer.key("query")
        writer.string(part.query)
        writer.key("samples")
        writer.integer(part.samples)
        writer.key("rows")
        writer.beginArray()
        for row in part.rows {
            writer.beginObject()
            writer.key("labels")
            writer.beginObject()
            for label in row.labels {
                writer.key(text: label.name)
                writer.string(label.value)
            }
            writer.endObject()
            writer.key("value")
            if row.value.isFinite { writer.double(row.value) } else { writer.string(number(row.value)) }
            writer.endObject()
        }
        writer.endArray()
        writer.key("warnings")
        writer.strings(part.warnings)
        writer.key("fault")
        if let fault = part.fault { writer.string(fault) } else { writer.null() }
        writer.endObject()
    }
}
