/// A horizontal line at a value that matters: a tolerance, a threshold.
package struct ValueRule: Sendable, Hashable {
    package var value: Double
    package var label: String
    package var role: ChartRole

    package init(_ label: String, value: Double, role: ChartRole = .neutral) {
        self.label = label
        self.value = value
        self.role = role
    }
}

/// A moment that matters: a decision, a crossing. Drawn as a vertical line with its label above the plot.
package struct TimeMark: Sendable, Hashable {
    package var at: Double
    package var label: String
    package var role: ChartRole
    /// What a pointer over it shows; empty shows the label.
    package var detail: String
    /// Where a click leads within the page, such as `event-12`; nil leads nowhere.
    package var anchor: String?

    package init(
        _ label: String,
        at: Double,
        role: ChartRole = .neutral,
        detail: String = "",
        anchor: String? = nil
    ) {
        self.label = label
        self.at = at
        self.role = role
        self.detail = detail
        self.anchor = anchor
    }
}

/// A stretch of time: a rollout's step, or a time without usable data.
package struct TimeSpan: Sendable, Hashable {
    package var from: Double
    package var to: Double
    package var label: String

    package init(_ label: String, from: Double, to: Double) {
        self.label = label
        self.from = from
        self.to = to
    }
}
