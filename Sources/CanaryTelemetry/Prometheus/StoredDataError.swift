/// Why the series of an answer are not what was asked for.
package struct StoredDataError: Error, Sendable, Hashable, CustomStringConvertible {
    /// A bounded word: `no-pod-label`, `no-response-code`, `no-bucket-bound`, `duplicate-series`, `out-of-order`,
    /// `outside`, `too-large`.
    package let label: String
    /// A sentence with the series.
    package let message: String
    package let hint: String?

    init(_ label: String, _ message: String, hint: String? = nil) {
        self.label = label
        self.message = message
        self.hint = hint
    }

    package var description: String { message }

    /// A series for a message, cut where it is long.
    static func shown(_ series: PrometheusSeries) -> String {
        let text = series.text
        return text.count > 300 ? String(text.prefix(300)) + "…" : text
    }
}
