import CanaryStatistics

/// One number as monitoring systems draw it: `'label'=value[UOM];warn;crit;min;max` (Monitoring Plugins Development Guidelines,
/// performance data).
package struct PerformanceData: Sendable, Hashable {
    package enum Unit: String, Sendable, Hashable {
        case none = ""
        case percent = "%"
        case milliseconds = "ms"
    }

    package let label: String
    package let value: Double
    package let unit: Unit
    /// Above this (and below zero) it is a warning, or critical.
    package let warning: Double?
    package let critical: Double?
    package let least: Double?
    package let most: Double?

    /// A number that is not finite is left out by the caller: there is no way to write it.
    package init(
        _ label: String,
        _ value: Double,
        _ unit: Unit = .none,
        warning: Double? = nil,
        critical: Double? = nil,
        least: Double? = 0,
        most: Double? = nil
    ) {
        self.label = Self.harmless(label)
        self.value = value
        self.unit = unit
        self.warning = warning
        self.critical = critical
        self.least = least
        self.most = most
    }

    /// As the guidelines want it, without empty fields at the end.
    package var text: String {
        var fields = ["'\(label)'=\(Self.number(value))\(unit.rawValue)"]
        fields += [warning, critical, least, most].map { $0.map(Self.number) ?? "" }
        while fields.last == "" { fields.removeLast() }
        return fields.joined(separator: ";")
    }

    /// Digits, a point and a sign only: there are no exponents.
    static func number(_ value: Double) -> String {
        guard value.isFinite else { return "0" }
        let limited = min(max(value, -9e12), 9e12)
        let scaled = Int64((limited.magnitude * 1_000_000).rounded())
        let sign = limited < 0 && scaled > 0 ? "-" : ""
        let (whole, rest) = scaled.quotientAndRemainder(dividingBy: 1_000_000)
        guard rest > 0 else { return "\(sign)\(whole)" }
        var digits = String(String(1_000_000 + rest).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }

    /// A label has no quote, no equals sign and nothing that ends the field or the line.
    private static func harmless(_ label: String) -> String {
        let kept = TextCells.harmless(label).unicodeScalars.map { scalar -> Unicode.Scalar in
            scalar == "'" || scalar == "=" || scalar == "|" || scalar == ";" ? "_" : scalar
        }
        var text = ""
        text.unicodeScalars.append(contentsOf: kept.prefix(64))
        return text.isEmpty ? "_" : text
    }
}
