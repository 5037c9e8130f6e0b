/// Stored series of any kind at the moments of a grid.
package struct SeriesGrid: Sendable {
    package let times: TimeGrid
    /// By label text.
    private(set) var rows: [[UInt8]: Row] = [:]
    private let podLabel: String
    private var cells = 0

    struct Row: Sendable {
        /// The pod; empty if the series does not say.
        let pod: String
        /// The label text without `le`.
        let histogram: [UInt8]
        /// The upper bound of a bucket.
        let bound: Double?
        /// NaN for none.
        var values: [Double]
    }

    package init(times: TimeGrid, podLabel: String) {
        self.times = times
        self.podLabel = podLabel
    }

    /// Whether each series says which pod it is of.
    var namesPods: Bool { rows.values.allSatisfy { !$0.pod.isEmpty } }

    /// Takes a series in, or a further part of one.
    package mutating func add(_ series: PrometheusSeries) throws(StoredDataError) {
        var row: Row
        if let known = rows[series.labelText] {
            row = known
            rows[series.labelText] = nil
        } else {
            cells += times.count
            guard cells <= PodGrid.mostCells else { throw StoredDataError("too-large", "too many samples at once") }
            let le = series.label("le")
            row = Row(
                pod: series.label(podLabel) ?? "",
                histogram: le == nil ? series.labelText : series.labelTextWithoutBound,
                bound: le.flatMap { PrometheusSeries.bound($0) },
                values: Array(repeating: .nan, count: times.count)
            )
        }
        var before = Int64.min
        for (time, value) in zip(series.times, series.values) {
            guard time > before else {
                throw StoredDataError("out-of-order", "samples out of order: " + StoredDataError.shown(series))
            }
            before = time
            guard let index = times.index(of: time) else {
                throw StoredDataError(
                    "outside",
                    "a sample at a moment that was not asked for: " + StoredDataError.shown(series)
                )
            }
            guard row.values[index].isNaN else {
                throw StoredDataError(
                    "duplicate-series",
                    "the same series twice for one moment: " + StoredDataError.shown(series)
                )
            }
            row.values[index] = value
        }
        rows[series.labelText] = row
    }
}
