/// What one line of a recording says.
package enum RecordedLine: Sendable, Hashable {
    /// The first line: the format, and the bounds of the latency counts that follow.
    case header(bounds: LatencyBounds)
    /// A window of a run; a line without `run` belongs to the run with the empty name.
    case window(run: String, Window)
    /// The run is over.
    case end(run: String)
    /// A line of blanks, or none at all.
    case blank
}
