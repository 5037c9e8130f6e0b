/// Ticks at times that people count in: seconds, minutes, quarters, hours, days.
package struct TimeTicks: Sendable, Hashable {
    package struct Tick: Sendable, Hashable {
        package let at: Double
        /// `0`, `30 s`, `5 min`, `1 h 30 min`, `−10 min`.
        package let label: String
    }

    package let ticks: [Tick]

    private static let steps: [Double] = [
        0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400,
        172_800,
        604_800,
    ]

    /// At most `most` ticks within a range of seconds, multiples of the smallest step whose labels fit.
    ///
    /// - Parameter fits: whether labels at this step have room; asked from the smallest step on.
    package init(within range: ClosedRange<Double>, most: Int, fits: (_ labels: [String], _ step: Double) -> Bool) {
        let span = range.upperBound - range.lowerBound
        guard span.isFinite, span > 0, range.upperBound.magnitude < 1e15, range.lowerBound.magnitude < 1e15 else {
            ticks = range.lowerBound.isFinite ? [Tick(at: range.lowerBound, label: Self.label(range.lowerBound))] : []
            return
        }
        var step = Self.steps.first { span / $0 <= Double(max(most, 1)) } ?? 864_000
        while true {
            if span / step <= Double(max(most, 1)) {
                let made = Self.ticks(within: range, step: step)
                if made.count <= 2 || fits(made.map(\.label), step) {
                    ticks = made
                    return
                }
            }
            step = Self.steps.first { $0 > step } ?? step * 2
        }
    }

    private static func ticks(within range: ClosedRange<Double>, step: Double) -> [Tick] {
        let first = (range.lowerBound / step - 1e-6).rounded(.up)
        let last = (range.upperBound / step + 1e-6).rounded(.down)
        guard last >= first else { return [] }
        return (0...Int(min(last - first, 60))).map { index in
            let at = (first + Double(index)) * step
            return Tick(at: at, label: label(at))
        }
    }

    /// The duration in its two largest units.
    package static func label(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return "?" }
        let sign = seconds < 0 ? "−" : ""
        let size = seconds.magnitude
        if size < 60, size != size.rounded() { return sign + Numeral.short(size, decimals: 1) + " s" }
        let total = Int(size.rounded())
        guard total > 0 else { return "0" }
        let parts = [(total / 86400, "d"), (total / 3600 % 24, "h"), (total / 60 % 60, "min"), (total % 60, "s")]
        let leading = parts.drop { $0.0 == 0 }.prefix(2).filter { $0.0 > 0 }
        return sign + leading.map { "\(Numeral.fixed(Double($0.0), decimals: 0)) \($0.1)" }.joined(separator: " ")
    }

    /// The time of day, `13:05`, of a number of seconds since midnight of any day; with seconds where asked.
    package static func clock(_ seconds: Double, withSeconds: Bool) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e15 else { return "" }
        let rest = seconds.rounded(.down).truncatingRemainder(dividingBy: 86400)
        let total = Int(rest < 0 ? rest + 86400 : rest)
        func two(_ value: Int) -> String { value < 10 ? "0\(value)" : "\(value)" }
        let minutes = "\(two(total / 3600)):\(two(total / 60 % 60))"
        return withSeconds ? "\(minutes):\(two(total % 60))" : minutes
    }
}
