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
        package var expression: String

        package init(
            name: String,
            asks: String,
            unit: String,
            labels: [String],
            kind: String,
            direction: String,
            expression: String
        ) {
            self.name = name
            self.asks = asks
            self.unit = unit
            self.labels = labels
            self.kind = kind
            self.direction = direction
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
        return entries.map { "\(TextCells.padded($0.name, to: wide))  \($0.kind), \($0.unit)  \($0.asks)\n" }.joined()
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
