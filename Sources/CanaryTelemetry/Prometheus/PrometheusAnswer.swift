/// A whole answer in memory: what a server says and the series it gives.
package struct PrometheusAnswer: Sendable, Hashable {
    package var summary: PrometheusSummary
    package var series: [PrometheusSeries]

    package init(summary: PrometheusSummary = PrometheusSummary(), series: [PrometheusSeries] = []) {
        self.summary = summary
        self.series = series
    }

    /// Reads a whole answer.
    package init(_ bytes: [UInt8], limits: PrometheusLimits = PrometheusLimits()) throws(PrometheusDecodeError) {
        var decoder = PrometheusDecoder(limits: limits)
        var series: [PrometheusSeries] = []
        try decoder.feed(bytes) { series.append($0) }
        summary = try decoder.finish { series.append($0) }
        self.series = series
    }

    /// The one number of a scalar, or of a vector with a single series.
    package var number: Double? {
        if let single = summary.single, summary.resultType == .scalar {
            return single.text.utf8.withContiguousStorageIfAvailable { bytes in
                bytes.baseAddress.flatMap { DecimalNumber.parse($0, 0, bytes.count) }
            } ?? Double(single.text)
        }
        return series.count == 1 ? series[0].values.last : nil
    }
}
