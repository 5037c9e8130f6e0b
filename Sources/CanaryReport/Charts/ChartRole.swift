/// Whom a line speaks of. Each has a colour of its own in light, dark and print, and stable and canary differ by dashes too.
package enum ChartRole: String, Sendable, Hashable, CaseIterable {
    /// Blue, solid.
    case stable
    /// Orange, dashed.
    case canary
    /// Vermillion.
    case harm
    /// Bluish green.
    case safety
    /// Grey.
    case neutral

    /// The class that sets the colour.
    var styleClass: String {
        switch self {
        case .stable: "rs"
        case .canary: "rc"
        case .harm: "rh"
        case .safety: "ra"
        case .neutral: "rn"
        }
    }

    /// The classes of a line: its colour, and its dashes where it is not the first of its role.
    func lineClasses(variant: Int) -> String {
        variant <= 0 ? "l \(styleClass)" : "l \(styleClass) v\((variant - 1) % 3 + 1)"
    }
}
