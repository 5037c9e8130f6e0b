extension ChartUnit {
    /// Whether an axis of this unit always shows zero.
    var includesZero: Bool {
        switch self {
        case .share, .points, .change, .millisecondShift, .perSecond, .percent: true
        case .milliseconds, .evidence, .plain: false
        }
    }

    /// The smallest axis that makes sense, so that noise of nothing does not fill the plot.
    var smallestSpan: Double {
        switch self {
        case .share, .points, .change: 0.0001
        case .milliseconds, .millisecondShift: 0.1
        case .evidence: 2
        case .perSecond, .percent: 1
        case .plain: 0
        }
    }

    /// Values that cannot be exceeded; an axis ends there even if nice limits lie farther.
    var possible: ClosedRange<Double>? {
        switch self {
        case .share: 0...1
        case .percent: 0...100
        case .perSecond, .milliseconds: 0...Double.greatestFiniteMagnitude
        default: nil
        }
    }

    /// A value with its unit in three significant digits: `0.21 %`, `+4.9 pp`, `184 ms`, `2.5 s`, `1,000 : 1`.
    package func text(_ value: Double) -> String {
        guard !value.isNaN else { return "–" }
        switch self {
        case .share: return Numeral.short(value * 100, decimals: 3) + " %"
        case .percent: return Numeral.short(value, decimals: 2) + " %"
        case .points: return Numeral.signed(Numeral.short(value * 100, decimals: 3)) + " pp"
        case .change: return Numeral.signed(Numeral.short(value * 100, decimals: 2)) + " %"
        case .milliseconds: return Self.time(value)
        case .millisecondShift: return Numeral.signed(Self.time(value))
        case .perSecond: return Numeral.short(value, decimals: 2) + " req/s"
        case .evidence: return Self.odds(value)
        case .plain: return Numeral.short(value)
        }
    }

    /// An interval with its unit once: `−0.19 … +0.25 pp`; open ends are named.
    package func text(from lower: Double?, to upper: Double?) -> String {
        let low = lower.map { text($0) } ?? "open"
        let high = upper.map { text($0) } ?? "open"
        for suffix in [" %", " pp", " ms", " req/s"] where low.hasSuffix(suffix) && high.hasSuffix(suffix) {
            return "\(low.dropLast(suffix.count)) … \(high)"
        }
        return "\(low) … \(high)"
    }

    /// What stands beside a tick; all ticks of an axis have the same decimals.
    func tick(_ value: Double, step: Double) -> String {
        func fixed(_ scale: Double) -> String { value == 0 ? "0" : Numeral.stepped(value * scale, step: step * scale) }
        switch self {
        case .share: return fixed(100) + " %"
        case .percent: return fixed(1) + " %"
        case .points: return Numeral.signed(fixed(100)) + " pp"
        case .change: return Numeral.signed(fixed(100)) + " %"
        case .perSecond: return fixed(1)
        case .evidence: return Self.odds(value)
        case .plain: return fixed(1)
        case .milliseconds, .millisecondShift:
            let text =
                value.magnitude >= 1000 ? Self.time(value) : step >= 1000 ? fixed(0.001) + " s" : fixed(1) + " ms"
            return self == .millisecondShift ? Numeral.signed(text) : text
        }
    }

    private static func time(_ milliseconds: Double) -> String {
        milliseconds.magnitude < 999.5
            ? Numeral.short(milliseconds, decimals: 2) + " ms" : Numeral.short(milliseconds / 1000, decimals: 2) + " s"
    }

    /// Odds from their base-10 logarithm.
    private static func odds(_ decades: Double) -> String {
        guard decades.isFinite else { return decades > 0 ? "∞ : 1" : "1 : ∞" }
        let size = min(decades.magnitude, 1e6)
        let number =
            size < 6 ? Numeral.short(oddsNumber(size), decimals: 1) : Numeral.powerOfTen(Int(size.rounded()))
        return decades < 0 && number != "1" ? "1 : \(number)" : "\(number) : 1"
    }

    private static func oddsNumber(_ decades: Double) -> Double {
        let value = Numeral.tenTo(decades)
        return value < 10 ? value : value.rounded()
    }
}
