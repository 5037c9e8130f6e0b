/// Stored telemetry of both versions over a time.
package struct PastTelemetry: Sendable, Hashable {
    /// Oldest first, without gaps: a window that cannot be judged says so in its quality.
    package var windows: [TimedWindow]
    /// The length of a window.
    package var step: Duration
    /// Samples that were read for it.
    package var samples: Int
    /// What a reader must know, e.g. that the step was raised to the scrape interval, or a server's warnings.
    package var notes: [String]

    package init(windows: [TimedWindow], step: Duration, samples: Int = 0, notes: [String] = []) {
        self.windows = windows
        self.step = step
        self.samples = samples
        self.notes = notes
    }
}
