/// How far each quantile moved: an interval per row, with zero and the tolerance as lines.
package struct ShiftChart: Chart {
    package struct Row: Sendable, Hashable {
        /// `p99`.
        package var label: String
        /// Limits in the chart's unit; nil is open, e.g. beyond the last bucket.
        package var lower: Double?
        package var upper: Double?
        package var point: Double?
        package var role: ChartRole
        /// A word or two after the interval: `slower`, `within 25 ms`.
        package var note: String

        package init(
            _ label: String,
            lower: Double?,
            upper: Double?,
            point: Double? = nil,
            role: ChartRole = .neutral,
            note: String = ""
        ) {
            self.label = label
            self.lower = lower
            self.upper = upper
            self.point = point
            self.role = role
            self.note = note
        }
    }

    package var id: String
    package var title: String
    package var summary: String
    /// `change`, `millisecondShift` or `points`.
    package var unit: ChartUnit
    package var rows: [Row]
    package var tolerance: Double?
    /// What the ends of the zero line mean: `faster` to its left, `slower` to its right.
    package var below = "faster"
    package var above = "slower"

    package init(
        id: String,
        title: String,
        summary: String,
        unit: ChartUnit,
        rows: [Row],
        tolerance: Double? = nil
    ) {
        self.id = id
        self.title = title
        self.summary = summary
        self.unit = unit
        self.rows = rows
        self.tolerance = tolerance
    }
}
