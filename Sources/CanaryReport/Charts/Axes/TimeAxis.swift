/// The time that charts share, in seconds from a start. All charts of time have the same margins, so they line up.
package struct TimeAxis: Sendable, Hashable {
    /// May be negative, for history before the start.
    package var from: Double
    package var to: Double
    /// The UTC time of day at zero, in seconds since midnight; writes clock times below the ticks.
    package var clock: Double?

    package init(from: Double, to: Double, clock: Double? = nil) {
        self.from = from
        self.to = to
        self.clock = clock
    }
}
