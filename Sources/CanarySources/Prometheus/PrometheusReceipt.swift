package import CanaryTelemetry

/// What a question cost and what the server said beside the series.
package struct PrometheusReceipt: Sendable, Hashable {
    /// Requests that were answered.
    package var requests = 0
    /// Series of all answers; one that comes in several chunks counts each time.
    package var series = 0
    package var samples = 0
    /// Each once, at most 32.
    package var warnings: [String] = []
    /// Those of the warnings that tell of missing data.
    package var partialWarnings: [String] = []
    package var resultType: PrometheusSummary.ResultType?

    package init() {}

    /// Takes in what another answer said.
    package mutating func add(_ summary: PrometheusSummary) {
        requests += 1
        series += summary.series
        samples += summary.samples
        resultType = summary.resultType
        Self.add(summary.warnings + summary.infos, to: &warnings)
        Self.add(summary.partialWarnings, to: &partialWarnings)
    }

    package mutating func add(_ other: PrometheusReceipt) {
        requests += other.requests
        series += other.series
        samples += other.samples
        Self.add(other.warnings, to: &warnings)
        Self.add(other.partialWarnings, to: &partialWarnings)
    }

    private static func add(_ texts: [String], to list: inout [String]) {
        for text in texts where list.count < 32 && !list.contains(text) { list.append(text) }
    }
}
