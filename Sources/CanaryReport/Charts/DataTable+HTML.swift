extension DataTable {
    /// The table with at most `most` rows: every nth one and the last, which its caption then says.
    package func thinned(to most: Int = DataTable.mostRows) -> DataTable {
        guard rows.count > most, most > 1 else { return self }
        let stride = (rows.count + most - 2) / (most - 1)
        var result = self
        result.rows = rows.indices.filter { $0.isMultiple(of: stride) }.map { rows[$0] }
        if !(rows.count - 1).isMultiple(of: stride), let last = rows.last { result.rows.append(last) }
        result.caption += " (\(result.rows.count) of \(rows.count) rows: one in \(stride))"
        return result
    }

    /// A table for people who cannot or do not want to see the picture: caption, and headers with their scope.
    package var html: String {
        var result = "<table class=\"chart-table\">\n<caption>\(ChartMarkup.escaped(caption))</caption>\n<thead><tr>"
        for name in header { result += "<th scope=\"col\">\(ChartMarkup.escaped(name))</th>" }
        result += "</tr></thead>\n<tbody>\n"
        for row in rows {
            result += "<tr>"
            for (index, cell) in row.enumerated() {
                let text = ChartMarkup.escaped(cell)
                result += index == 0 ? "<th scope=\"row\">\(text)</th>" : "<td>\(text)</td>"
            }
            result += "</tr>\n"
        }
        return result + "</tbody>\n</table>"
    }
}
