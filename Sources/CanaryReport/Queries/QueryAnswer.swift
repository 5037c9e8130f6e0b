package import CanaryCore

/// What a server answered to one query, for `queries run`.
package struct QueryAnswer: Sendable, Hashable {
    /// One value with its labels.
    package struct Row: Sendable, Hashable {
        package var labels: [Label]
        package var value: Double

        package init(labels: [Label], value: Double) {
            self.labels = labels
            self.value = value
        }
    }

    package struct Label: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The query as it was sent, with what came back.
    package struct Part: Sendable, Hashable {
        /// The version that was asked for; nil if both at once.
        package var version: String?
        package var query: String
        /// At most `mostRows`.
        package var rows: [Row]
        /// All samples that came.
        package var samples: Int
        package var warnings: [String]
        /// What makes the answer unusable, or nil.
        package var fault: String?

        package init(
            version: String?,
            query: String,
            rows: [Row] = [],
            samples: Int = 0,
            warnings: [String] = [],
            fault: String? = nil
        ) {
            self.version = version
            self.query = query
            self.rows = rows
            self.samples = samples
            self.warnings = warnings
            self.fault = fault
        }
    }

    package static let mostRows = 10_000

    package var name: String
    package var asks: String
    package var unit: String
    /// Without credentials.
    package var server: String
    package var at: Timestamp
    package var parts: [Part]
    /// What dashboards show beside ours; only for a view.
    package var views: CompatibilityViews?
    /// Why our own number is missing beside a view.
    package var notes: [String]

    package init(
        name: String,
        asks: String,
        unit: String,
        server: String,
        at: Timestamp,
        parts: [Part],
        views: CompatibilityViews? = nil,
        notes: [String] = []
    ) {
        self.name = name
        self.asks = asks
        self.unit = unit
        self.server = server
        self.at = at
        self.parts = parts
        self.views = views
        self.notes = notes
    }

    /// 0 if something was answered, 3 if nothing can be told from it.
    package var exitCode: ExitCode {
        parts.contains { $0.fault == nil && $0.samples > 0 } && !parts.contains { $0.fault != nil }
            ? .healthy : .unknown
    }

    var samples: Int {
        parts.reduce(0) { sum, part in
            let (total, overflow) = sum.addingReportingOverflow(part.samples)
            return overflow ? .max : total
        }
    }
}
