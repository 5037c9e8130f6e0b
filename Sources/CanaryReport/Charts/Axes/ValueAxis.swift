/// A vertical axis: unit, scale, and optionally where it ends.
package struct ValueAxis: Sendable, Hashable {
    package enum Scale: Sendable, Hashable {
        case linear
        /// Values of zero or less are gaps in lines, and reach to the bottom in bands.
        case log
    }

    package var unit: ChartUnit
    /// What is counted, written above the axis: `failed requests`. May be empty.
    package var label: String
    package var scale: Scale
    /// Where the axis ends at least; nil takes nice limits around the values and rules, without far outliers.
    package var limits: ClosedRange<Double>?
    /// Whether `limits` are taken exactly, thus whatever lies outside is clipped.
    package var isClipped: Bool

    package init(
        _ unit: ChartUnit,
        label: String = "",
        scale: Scale = .linear,
        limits: ClosedRange<Double>? = nil,
        isClipped: Bool = false
    ) {
        self.unit = unit
        self.label = label
        self.scale = scale
        self.limits = limits
        self.isClipped = isClipped
    }
}
