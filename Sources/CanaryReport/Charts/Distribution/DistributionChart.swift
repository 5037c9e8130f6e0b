/// How two versions' latencies are distributed, as honestly as their buckets allow, on a logarithmic axis.
///
/// The share of requests at or below a bound is known; where they lie within a bucket is not. So each bucket is a shaded box
/// between the highest and the lowest curve that the counts allow, never a slanted line.
package struct DistributionChart: Chart {
    /// One version's requests.
    package struct Version: Sendable, Hashable {
        package var label: String
        package var role: ChartRole
        /// Requests per bucket, one more than bounds: the last is above the last bound. Missing ones are zero.
        package var counts: [Double]
        /// Limits of the share at or below each bound, 0...1, parallel to the bounds; empty draws none.
        package var lower: [Double]
        package var upper: [Double]

        package init(
            _ label: String,
            role: ChartRole,
            counts: [Double],
            lower: [Double] = [],
            upper: [Double] = []
        ) {
            self.label = label
            self.role = role
            self.counts = counts
            self.lower = lower
            self.upper = upper
        }
    }

    /// A bound that matters, in milliseconds, drawn as a vertical line.
    package struct Edge: Sendable, Hashable {
        package var at: Double
        package var label: String

        package init(_ label: String, at: Double) {
            self.label = label
            self.at = at
        }
    }

    package var id: String
    package var title: String
    package var summary: String
    /// Upper bounds in milliseconds, ascending and above zero, without the open last bucket; of others nothing is drawn.
    package var bounds: [Double]
    package var versions: [Version]
    package var edges: [Edge] = []
    /// What the band of the limits is called in the legend, such as `95 % band`.
    package var bandLabel = "confidence band"

    package init(id: String, title: String, summary: String, bounds: [Double], versions: [Version]) {
        self.id = id
        self.title = title
        self.summary = summary
        self.bounds = bounds
        self.versions = versions
    }
}
