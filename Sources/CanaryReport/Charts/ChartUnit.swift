/// What an axis counts in, and how its numbers are written.
package enum ChartUnit: Sendable, Hashable {
    /// A share of 0...1, shown in percent. The axis includes zero.
    case share
    /// A difference of shares, -1...1, shown in signed percentage points. The axis includes zero.
    case points
    /// A relative difference, 0.1 for ten percent more, shown in signed percent. The axis includes zero.
    case change
    /// Milliseconds, shown in seconds from 1,000 on.
    case milliseconds
    /// A difference in milliseconds, signed. The axis includes zero.
    case millisecondShift
    /// Requests per second. The axis includes zero.
    case perSecond
    /// Evidence as the base-10 logarithm of odds: 2 is shown as `100 : 1`.
    case evidence
    /// Percent as they are, 0...100. The axis includes zero.
    case percent
    case plain
}
