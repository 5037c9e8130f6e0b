extension TimeChart {
    /// One row a moment: each line's value and each band's limits there, and which marks came since the row before.
    package var table: DataTable {
        let columns = series.map(column) + bands.map(column)
        let moments = Set(columns.flatMap { $0.cells.keys }).sorted()
        let most = DataTable.mostRows
        let stride = moments.count <= most ? 1 : (moments.count + most - 2) / (most - 1)
        let kept = moments.indices.filter { $0.isMultiple(of: stride) || $0 == moments.count - 1 }
        var caption = title
        if stride > 1 { caption += " (\(kept.count) of \(moments.count) moments: one in \(stride))" }
        for rule in rules { caption += "; \(rule.label): \(axis.unit.text(rule.value))" }

        var marks = marks.filter { $0.at.isFinite && !$0.label.isEmpty }.sorted { $0.at < $1.at }[...]
        let hasMarks = !marks.isEmpty
        var rows = kept.map { index -> [String] in
            let at = moments[index]
            var row = [TimeTicks.label(at)] + columns.map { $0.cell(at, axis.unit) }
            if hasMarks {
                let passed = marks.prefix { $0.at <= at }
                marks = marks.dropFirst(passed.count)
                row.append(passed.map(\.label).joined(separator: "; "))
            }
            return row
        }
        for mark in marks.prefix(DataTable.mostRows) {
            rows.append([TimeTicks.label(mark.at)] + columns.map { _ in "–" } + [mark.label])
        }
        return DataTable(
            caption: caption,
            header: ["Time"] + columns.map(\.name) + (hasMarks ? ["Event"] : []),
            rows: rows
        )
        .thinned()
    }

    /// The values of a line or a band; only what is shown is written out.
    private struct Column {
        var name: String
        var cells: [Double: (lower: Double?, upper: Double?)]
        var isBand: Bool
        /// For steps: when values begin, so that one holds where there is no other.
        var levels: [Double] = []

        func cell(_ at: Double, _ unit: ChartUnit) -> String {
            guard let (lower, upper) = cells[at] ?? held(at), lower != nil || upper != nil else { return "–" }
            return isBand ? unit.text(from: lower, to: upper) : lower.map { unit.text($0) } ?? "–"
        }

        private func held(_ at: Double) -> (lower: Double?, upper: Double?)? {
            guard let first = levels.first, first <= at else { return nil }
            var (low, high) = (0, levels.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if levels[middle] <= at { low = middle } else { high = middle }
            }
            return cells[levels[low]]
        }
    }

    private func column(_ one: TimeSeries) -> Column {
        var column = Column(name: one.label.isEmpty ? axis.label : one.label, cells: [:], isBand: false)
        for point in one.points where point.at.isFinite { column.cells[point.at] = (point.value, point.value) }
        if one.shape == .steps || one.shape == .stepArea { column.levels = column.cells.keys.sorted() }
        return column
    }

    private func column(_ band: TimeBand) -> Column {
        var column = Column(name: band.label.isEmpty ? "range" : band.label, cells: [:], isBand: true)
        for point in band.points where point.at.isFinite { column.cells[point.at] = (point.lower, point.upper) }
        if band.isStepped { column.levels = column.cells.keys.sorted() }
        return column
    }
}
