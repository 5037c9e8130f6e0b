/// Numbers as people read them, without a locale.
package enum Phrase {
    /// A share as a percentage with at most two decimals: `0.5 %`, `12 %`, `0.03 %`.
    package static func percent(_ share: Double) -> String {
        "\(decimal(share * 100)) %"
    }

    /// A weight in percent: `5 %`, `12.5 %`.
    package static func weight(_ percent: Double) -> String {
        "\(decimal(percent)) %"
    }

    /// A difference of shares in percentage points, signed: `+4.9 pp`.
    package static func points(_ difference: Double) -> String {
        let number = decimal(difference * 100)
        return (number.hasPrefix("-") || difference.isNaN ? "" : "+") + "\(number) pp"
    }

    /// A count with thousands separated: `34,112`.
    package static func count(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e15, let whole = Int(exactly: value.rounded()) else {
            return "\(value)"
        }
        return count(whole)
    }

    package static func count(_ value: Int) -> String {
        var digits = Array(String(value.magnitude))
        var position = digits.count - 3
        while position > 0 {
            digits.insert(",", at: position)
            position -= 3
        }
        return (value < 0 ? "-" : "") + String(digits)
    }

    /// A duration: `8 s`, `2 min 10 s`, `1 h 5 min`.
    package static func duration(_ seconds: Double) -> String {
        guard seconds.isFinite, seconds.magnitude < 1e12 else { return "?" }
        if seconds < 10, seconds != seconds.rounded() { return "\(decimal(seconds)) s" }
        let total = Int(seconds.rounded())
        if total < 60 { return "\(total) s" }
        let (minutes, rest) = (total / 60, total % 60)
        if minutes < 60 { return rest == 0 ? "\(minutes) min" : "\(minutes) min \(rest) s" }
        return minutes % 60 == 0 ? "\(minutes / 60) h" : "\(minutes / 60) h \(minutes % 60) min"
    }

    /// A plain number, two decimals below 10, one below 100, none above, without trailing zeros.
    package static func decimal(_ value: Double) -> String {
        guard value.isFinite, value.magnitude < 9e15 else { return "\(value)" }
        let scale: Double = value.magnitude < 10 ? 100 : value.magnitude < 100 ? 10 : 1
        let scaled = Int((value.magnitude * scale).rounded())
        let sign = value < 0 && scaled > 0 ? "-" : ""
        let (whole, fraction) = (scaled / Int(scale), scaled % Int(scale))
        guard fraction > 0 else { return "\(sign)\(whole)" }
        var digits = String(fraction)
        while digits.count < (scale == 100 ? 2 : 1) { digits = "0" + digits }
        while digits.last == "0" { digits.removeLast() }
        return "\(sign)\(whole).\(digits)"
    }
}
