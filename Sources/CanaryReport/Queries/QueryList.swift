import CanaryTelemetry

/// The queries that a Prometheus source asks, for `queries`.
package struct QueryList: Sendable, Hashable {
    package struct Entry: Sendable, Hashable {
        package var name: String
        package var asks: String
        package var unit: String
        package var labels: [String]
        package var kind: String
        package var direction: String
        /// Of a ratio: the query of the whole.
        package var denominator: String?
        /// The dashboard that a view belongs to.
        package var view: String?
        /// Whether it is the user's.
        package var isOwn: Bool
        package var expression: String

        package init(
            name: String,
            asks: String,
            unit: String,
            labels: [String],
            kind: String,
            direction: String,
            denominator: String? = nil,
            view: String? = nil,
            isOwn: Bool = false,
            expression: String
        ) {
            self.name = name
            self.asks = asks
            self.unit = unit
            self.labels = labels
            self.kind = kind
            self.direction = direction
            self.denominator = denominator
            self.view = view
            self.isOwn = isOwn
            self.expression = expression
        }
    }

    package var entries: [Entry]

    package init(entries: [Entry]) {
        self.entries = entries
    }

    /// One line a query.
    package var text: String {
        let wide = entries.map { TextCells.width($0.name) }.max() ?? 0
        let kinds = entries.map { TextCells.harmless("\($0.kind), \($0.unit)") }
        let kindWide = kinds.map { TextCells.width($0) }.max() ?? 0
        return zip(entries, kinds).map { entry, kind in
            var line = "\(TextCells.padded(entry.name, to: wide))  \(TextCells.padded(kind, to: kindWide))  "
            line += TextCells.harmless(entry.asks)
            if let denominator = entry.denominator { line += ", of \(denominator)" }
            if entry.isOwn { line += " (yours)" }
            return line + "\n"
        }.joined()
    }

    /// One JSON object and a newline: `haldane.queries/1`.
    package func json() -> [UInt8] {
        var writer = JSONLineWriter()
        writer.beginObject()
        writer.key("schema")
        writer.string("haldane.queries/1")
        writer.key("queries")
        writer.beginArray()
        for entry in entries {
            writer.beginObject()
            for (key, value) in [
                ("name", entry.name), ("asks", entry.asks), ("unit", entry.unit), ("kind", entry.kind),
                ("direction", entry.direction), ("expression", entry.expression),
            ] {
                writer.key(text: key)
                writer.string(value)
            }
            writer.key("of")
            if let denominator = entry.denominator { writer.string(denominator) } else { writer.null() }
            writer.key("view")
            if let view = entry.view { writer.string(view) } else { writer.null() }
            writer.key("own")
            writer.bool(entry.isOwn)
            writer.key("labels")
            writer.strings(entry.labels)
            writer.endObject()
        }
        writer.endArray()
        writer.endObject()
        writer.endLine()
        return writer.take()
    }
}
