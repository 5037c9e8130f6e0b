/// Numbers with their units in rows: the text behind a picture.
package struct DataTable: Sendable, Hashable {
    /// More rows than this are thinned evenly, and the caption says so.
    package static let mostRows = 60

    package var caption: String
    /// The first column heads the rows.
    package var header: [String]
    package var rows: [[String]]

    package init(caption: String, header: [String], rows: [[String]]) {
        self.caption = caption
        self.header = header
        self.rows = rows
    }
}
