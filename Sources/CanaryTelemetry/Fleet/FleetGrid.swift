/// The moments at which a fleet's counters are read: evenly spaced, with a few before the first window.
///
/// Window `w` lies between column `lead + w - 1` and column `lead + w`. The columns of the lead are only there to know
/// what was known before.
package struct FleetGrid: Sendable, Hashable {
    /// The first column, in milliseconds since 1970.
    package let start: Int64
    /// Between two columns, in milliseconds; above zero.
    package let step: Int64
    /// Windows, without the lead.
    package let windows: Int

    /// Columns before the first window: as many as a baseline may be old, so that a stretch of time gives the same
    /// counts whether it is read at once or in pieces.
    package static let lead = TelemetryCollector.patience + 1

    /// The windows of (from, to], which end at `to`; a rest shorter than a step at its beginning is left out.
    package init(from: Int64, to: Int64, step: Int64) {
        self.step = max(step, 1)
        let (span, overflow) = to.subtractingReportingOverflow(from)
        let count = overflow || span <= 0 ? 0 : min(span / self.step, 1_000_000)
        windows = Int(count)
        let back = (count + Int64(Self.lead - 1)).multipliedReportingOverflow(by: self.step)
        let first = to.subtractingReportingOverflow(back.partialValue)
        start = back.overflow || first.overflow ? 0 : first.partialValue
    }

    package var columns: Int { windows + Self.lead }

    /// The last column.
    package var end: Int64 { start &+ Int64(columns - 1) &* step }

    /// The end of a window.
    package func end(ofWindow window: Int) -> Int64 { start &+ Int64(Self.lead + window) &* step }

    /// The column of a moment; nil if it is none.
    @inline(__always)
    func column(_ time: Int64) -> Int? {
        let (offset, overflow) = time.subtractingReportingOverflow(start)
        guard !overflow, offset >= 0 else { return nil }
        let column = offset / step
        guard column &* step == offset, column < Int64(columns) else { return nil }
        return Int(column)
    }

    /// The same windows a while before, e.g. a week.
    package func shifted(back milliseconds: Int64) -> FleetGrid {
        FleetGrid(from: end &- Int64(windows) &* step &- milliseconds, to: end &- milliseconds, step: step)
    }

    /// The windows in pieces of at most `most`, each with the place of its first window.
    package func pieces(most: Int) -> [(first: Int, grid: FleetGrid)] {
        stride(from: 0, to: windows, by: max(most, 1)).map { first in
            let count = min(max(most, 1), windows - first)
            let to = end(ofWindow: first + count - 1)
            return (first, FleetGrid(from: to &- Int64(count) &* step, to: to, step: step))
        }
    }
}
