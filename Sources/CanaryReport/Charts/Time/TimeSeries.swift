/// Values over time, as a line, as steps, or as an area above zero.
package struct TimeSeries: Sendable, Hashable {
    package enum Shape: Sendable, Hashable {
        /// Straight from point to point.
        case line
        /// Each value holds from its time until the next point's, the last one until the axis ends.
        case steps
        /// A line with a light filling down to zero.
        case area
        /// Steps with a light filling down to zero.
        case stepArea
    }

    package struct Point: Sendable, Hashable {
        /// In seconds.
        package var at: Double
        /// In the axis' unit; nil is a gap.
        package var value: Double?

        package init(at: Double, value: Double?) {
            self.at = at
            self.value = value
        }
    }

    /// Short: it stands at the line's end.
    package var label: String
    package var role: ChartRole
    /// 0 for the first line of its role; others get dashes of their own.
    package var variant: Int
    package var shape: Shape
    /// Any order; drawn in order of time.
    package var points: [Point]

    package init(_ label: String, role: ChartRole, variant: Int = 0, shape: Shape = .line, points: [Point]) {
        self.label = label
        self.role = role
        self.variant = variant
        self.shape = shape
        self.points = points
    }
}

/// What lies between two limits over time: a confidence band, a bucket that holds a quantile.
package struct TimeBand: Sendable, Hashable {
    package struct Point: Sendable, Hashable {
        package var at: Double
        /// Nil is a gap, an infinity reaches to the plot's edge.
        package var lower: Double?
        package var upper: Double?

        package init(at: Double, lower: Double?, upper: Double?) {
            self.at = at
            self.lower = lower
            self.upper = upper
        }
    }

    package var label: String
    package var role: ChartRole
    /// Whether limits hold from their time until the next point's.
    package var isStepped: Bool
    /// Whether it is hatched, e.g. for a mismatch.
    package var isHatched: Bool
    package var points: [Point]

    package init(
        _ label: String,
        role: ChartRole,
        isStepped: Bool = false,
        isHatched: Bool = false,
        points: [Point]
    ) {
        self.label = label
        self.role = role
        self.isStepped = isStepped
        self.isHatched = isHatched
        self.points = points
    }
}
