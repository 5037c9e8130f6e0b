/// What an answer says beside its series.
package struct PrometheusSummary: Sendable, Hashable {
    /// What the result is.
    package enum ResultType: String, Sendable, Hashable {
        case vector
        case matrix
        case scalar
        case string
    }

    /// Whether the status is `success`.
    package var isSuccess = false

    /// The kind of an error: `bad_data`, `execution`, `timeout`, …; VictoriaMetrics writes the HTTP status.
    package var errorType = ""

    /// The server's own words about an error.
    package var error = ""

    /// What the server says about the answer as a whole; a partial answer is one of these.
    package var warnings: [String] = []

    /// Notes on the query (Prometheus 2.53 and later).
    package var infos: [String] = []

    /// Whether the server says that parts are missing (`isPartial` of VictoriaMetrics' cluster).
    package var isPartial = false

    /// Nil in an error, which has no data.
    package var resultType: ResultType?

    /// How many series and samples were read.
    package var series = 0
    package var samples = 0

    /// Series that also had native histograms.
    package var nativeHistograms = 0

    /// The time and the text of a scalar or a string.
    package var single: Single?

    /// A result that is no series.
    package struct Single: Sendable, Hashable {
        /// Milliseconds since 1970.
        package var time: Int64
        package var text: String

        package init(time: Int64, text: String) {
            self.time = time
            self.text = text
        }
    }

    package init() {}

    /// Warnings that tell of missing data; PromQL's own remarks on a query do not.
    package var partialWarnings: [String] {
        var found = warnings.filter { !$0.hasPrefix("PromQL ") }
        if isPartial, found.isEmpty { found = ["the answer is marked as partial"] }
        return found
    }
}
