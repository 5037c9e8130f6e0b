import CanaryCore

/// How percentages, percentage points and durations are written in a spec.
package enum SpecSyntax {
    /// `10%` as a share (0.1); nil if the text is something else.
    package static func percent(_ text: String) -> Double? {
        guard text.hasSuffix("%") else { return nil }
        return decimal(text.dropLast(), exponent: "e-2")
    }

    /// `5%` as percent (5), without rounding through a share.
    package static func percentNumber(_ text: String) -> Double? {
        guard text.hasSuffix("%") else { return nil }
        return decimal(text.dropLast(), exponent: "")
    }

    /// `0.05pp` as a share (0.0005); nil if the text is something else.
    package static func percentagePoints(_ text: String) -> Double? {
        guard text.hasSuffix("pp") else { return nil }
        return decimal(text.dropLast(2), exponent: "e-2")
    }

    /// A decimal number without exponent.
    package static func number(_ text: String) -> Double? {
        decimal(text[...], exponent: "")
    }

    /// `90s`, `1m30s`, `6h`, `500ms`, with units in descending order; nil if the text is something else.
    package static func duration(_ text: String) -> Duration? {
        guard text.utf8.count <= 40 else { return nil }
        let units: [(name: String, milliseconds: Double)] = [
            ("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1),
        ]
        var rest = text[...]
        var next = 0
        var total = 0.0
        repeat {
            let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
            rest = rest[digits.endIndex...]
            let word = rest.prefix { $0.isASCII && $0.isLetter }
            rest = rest[word.endIndex...]
            guard
                let value = decimal(digits, exponent: ""),
                let unit = units.indices.first(where: { units[$0].name == word }),
                unit >= next
            else { return nil }
            total += value * units[unit].milliseconds
            next = unit + 1
        } while !rest.isEmpty
        return Int64(exactly: total.rounded()).map { .milliseconds($0) }
    }

    /// An optional sign, at most 15 digits, at most one point.
    private static func decimal(_ text: Substring, exponent: String) -> Double? {
        let digits = text.first == "-" ? text.dropFirst() : text
        var points = 0
        var count = 0
        for byte in digits.utf8 {
            switch byte {
            case 0x2E: points += 1
            case 0x30...0x39: count += 1
            default: return nil
            }
        }
        guard points <= 1, (1...15).contains(count), digits.utf8.first != 0x2E, digits.utf8.last != 0x2E else {
            return nil
        }
        return Double(text + exponent)
    }

    /// A number without needless digits: `5`, `1.25`.
    package static func rendered(_ number: Double) -> String {
        let rounded = (number * 1e9).rounded() / 1e9
        guard let whole = Int64(exactly: rounded) else { return "\(rounded)" }
        return "\(whole)"
    }

    /// A share as `10%`.
    package static func renderedPercent(_ share: Double) -> String { rendered(share * 100) + "%" }

    /// A share as `0.05pp`.
    package static func renderedPoints(_ share: Double) -> String { rendered(share * 100) + "pp" }

    /// A duration as it would be written: `1m30s`, `500ms`, `0s`.
    package static func rendered(_ duration: Duration) -> String {
        var left = duration.wholeMilliseconds
        guard left > 0 else { return left == 0 ? "0s" : "-" + rendered(.zero - duration) }
        var text = ""
        for (name, size) in [("h", Int64(3_600_000)), ("m", 60_000), ("s", 1000), ("ms", 1)] {
            let count = left / size
            left %= size
            if count > 0 { text += "\(count)\(name)" }
        }
        return text
    }
}
