/// How much of an answer is read before it is refused.
///
/// The defaults hold what a server with its own limits (50 million samples a query) gives, and refuse an endless one.
package struct PrometheusLimits: Sendable, Hashable {
    /// The most levels of nesting.
    package var depth: Int

    /// The longest string, and the most bytes that are kept of the text between two chunks.
    package var tokenBytes: Int

    /// The most labels of one series.
    package var labels: Int

    /// The most bytes of all labels of one series.
    package var labelBytes: Int

    /// The most series of one answer.
    package var series: Int

    /// The most samples of one series.
    package var samplesOfSeries: Int

    /// The most samples of one answer.
    package var samples: Int

    /// The most warnings that are kept; further ones are counted under the last.
    package var warnings: Int

    package init(
        depth: Int = 32,
        tokenBytes: Int = 65_536,
        labels: Int = 128,
        labelBytes: Int = 65_536,
        series: Int = 2_000_000,
        samplesOfSeries: Int = 100_000,
        samples: Int = 200_000_000,
        warnings: Int = 32
    ) {
        self.depth = depth
        self.tokenBytes = tokenBytes
        self.labels = labels
        self.labelBytes = labelBytes
        self.series = series
        self.samplesOfSeries = samplesOfSeries
        self.samples = samples
        self.warnings = warnings
    }
}
