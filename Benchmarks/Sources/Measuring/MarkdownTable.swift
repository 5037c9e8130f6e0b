/// A table as Markdown, with columns padded so that it reads well as plain text too.
package struct MarkdownTable: Sendable {
    private let header: [String]
    private var rows: [[String]] = []

    package init(_ header: String...) {
        self.header = header
    }

    /// Adds a row; missing cells are empty, cells beyond the header are left out.
    package mutating func add(_ cells: String...) {
        let padding = [String](repeating: "", count: max(header.count - cells.count, 0))
        rows.append(Array((cells + padding).prefix(header.count)))
    }

    /// The whole table, each line with its newline.
    package var text: String {
        let widths = header.indices.map { column in
            max(3, rows.reduce(header[column].count) { max($0, $1[column].count) })
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return ([header, rule] + rows).map { Self.line($0, widths) }.joined()
    }

    private static func line(_ cells: [String], _ widths: [Int]) -> String {
        let padded = zip(cells, widths).map { $0 + String(repeating: " ", count: max($1 - $0.count, 0)) }
        return "| " + padded.joined(separator: " | ") + " |\n"
    }
}
