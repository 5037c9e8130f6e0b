import CanaryStatistics

/// Numbers in pictures: a true minus sign, separated thousands, and as many decimals as they need.
enum Numeral {
    /// The number with exactly so many decimals (0...9): `1,250.0`. Magnitudes beyond 1e12 get an exponent.
    static func fixed(_ value: Double, decimals: Int) -> String {
        guard value.isFinite else { return value.isNaN ? "–" : value < 0 ? "−∞" : "∞" }
        let places = min(max(decimals, 0), 9)
        let scaled = (value.magnitude * power(places)).rounded()
        guard value.magnitude < 1e12, scaled < 9e18, let units = Int(exactly: scaled) else { return exponential(value) }
        var digits = String(units)
        while digits.count <= places { digits = "0" + digits }
        let whole = grouped(String(digits.dropLast(places)))
        let sign = value < 0 && units > 0 ? "−" : ""
        return places == 0 ? sign + whole : "\(sign)\(whole).\(digits.suffix(places))"
    }

    /// The number with three significant digits, at most `decimals` of them behind the point, without trailing zeros.
    static func short(_ value: Double, decimals: Int = 6) -> String {
        guard value.isFinite, value != 0 else { return value == 0 ? "0" : fixed(value, decimals: 0) }
        guard value.magnitude < 1e12 else { return exponential(value) }
        let places = min(max(2 - exponent(value.magnitude), 0), decimals)
        var text = fixed(value, decimals: places)
        guard text.contains(".") else { return text }
        while text.hasSuffix("0") { text.removeLast() }
        if text.hasSuffix(".") { text.removeLast() }
        return text == "−0" ? "0" : text
    }

    /// 10 to the power of `exponent`, exact up to 22.
    static func power(_ exponent: Int) -> Double {
        var result = 1.0
        var left = min(exponent.magnitude, 320)
        while left > 0 {
            result *= 10
            left -= 1
        }
        return exponent < 0 ? 1 / result : result
    }

    /// The largest n with 10ⁿ ≤ value; 0 for what has none.
    static func exponent(_ value: Double) -> Int {
        guard value > 0, value.isFinite, value > 1e-300 else { return 0 }
        var guess = Int((log10(value) + 1e-9).rounded(.down))
        if power(guess) > value * (1 + 1e-9) { guess -= 1 }
        return guess
    }

    /// The base-10 logarithm; minus infinity at zero, NaN below.
    static func log10(_ value: Double) -> Double { Elementary.log(value) / 2.302585092994046 }

    /// 10 to any power.
    static func tenTo(_ exponent: Double) -> Double {
        exponent == exponent.rounded() && exponent.magnitude < 300
            ? power(Int(exponent)) : Elementary.exp(exponent * 2.302585092994046)
    }

    /// `10⁶`.
    static func powerOfTen(_ exponent: Int) -> String {
        let digits: [Character] = ["⁰", "¹", "²", "³", "⁴", "⁵", "⁶", "⁷", "⁸", "⁹"]
        let written = String(exponent.magnitude).map { digits[$0.wholeNumberValue ?? 0] }
        return "10" + (exponent < 0 ? "⁻" : "") + String(written)
    }

    /// A leading plus for what is above zero.
    static func signed(_ text: String) -> String {
        text.contains { ("1"..."9").contains($0) } && !text.hasPrefix("−") || text == "∞" ? "+" + text : text
    }

    /// The number with as many decimals as its step has; very large and very small ones with an exponent.
    static func stepped(_ value: Double, step: Double) -> String {
        let places = max(-exponent(step), 0)
        if places <= 6, value.magnitude < 1e9 { return fixed(value, decimals: places) }
        return exponential(value, decimals: exponent(value.magnitude) - exponent(step))
    }

    private static func exponential(_ value: Double, decimals: Int = 1) -> String {
        let exponent = exponent(value.magnitude)
        let mantissa = fixed(value.magnitude / power(exponent), decimals: decimals)
        return (value < 0 ? "−" : "") + "\(mantissa) × \(powerOfTen(exponent))"
    }

    private static func grouped(_ digits: String) -> String {
        guard digits.count > 3 else { return digits }
        var result = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { result.append(",") }
            result.append(digit)
        }
        return result
    }
}
