/// Decimal text to the nearest double, exactly.
package enum DecimalNumber {
    /// The number in `start..<end`, or nil if it is not one.
    ///
    /// Takes what expositions contain: a sign, digits with a point anywhere, an exponent, `Inf`, `Infinity` and `NaN`
    /// in any case. Up to 19 digits that fit 53 bits, with a power of ten up to 22, are one exact operation (Clinger
    /// 1990); the standard library decides the rest.
    package static func parse(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Double? {
        var index = start
        guard index < end else { return nil }
        var isNegative = false
        if base[index] == UInt8(ascii: "-") {
            isNegative = true
            index &+= 1
        } else if base[index] == UInt8(ascii: "+") {
            index &+= 1
        }
        let body = index

        var mantissa: UInt64 = 0
        var significant = 0
        var fraction = 0
        var hasDigits = false
        var hasPoint = false
        scan: while index < end {
            let byte = base[index]
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                hasDigits = true
                if significant > 0 || digit > 0 { significant &+= 1 }
                if significant < 20 { mantissa = mantissa &* 10 &+ UInt64(digit) }
                if hasPoint { fraction &+= 1 }
            } else if byte == UInt8(ascii: "."), !hasPoint {
                hasPoint = true
            } else {
                break scan
            }
            index &+= 1
        }
        guard hasDigits else { return special(base, body, end, isNegative) }
        let digitsEnd = index

        var exponent = 0
        if index < end, base[index] | 0x20 == UInt8(ascii: "e") {
            guard let scanned = parseExponent(base, index &+ 1, end) else { return nil }
            exponent = scanned
            index = end
        }
        guard index == end else { return nil }

        let power = exponent &- fraction
        if significant < 20 {
            if let exact = exactProduct(mantissa, power) { return isNegative ? -exact : exact }
        }
        return slow(base, body, digitsEnd, power, isNegative)
    }

    @inline(__always)
    private static func exactProduct(_ mantissa: UInt64, _ power: Int) -> Double? {
        if mantissa == 0 { return 0 }
        if power == 0 { return Double(mantissa) }
        guard mantissa <= 1 << 53, power >= -22, power <= 22 else { return nil }
        return power < 0 ? Double(mantissa) / powersOfTen[-power] : Double(mantissa) * powersOfTen[power]
    }

    /// The exponent in `start..<end`; beyond 100,000 it is cut there, which is far outside of every double.
    private static func parseExponent(_ base: UnsafePointer<UInt8>, _ start: Int, _ end: Int) -> Int? {
        var index = start
        var isNegative = false
        if index < end, base[index] == UInt8(ascii: "-") || base[index] == UInt8(ascii: "+") {
            isNegative = base[index] == UInt8(ascii: "-")
            index &+= 1
        }
        guard index < end else { return nil }
        var exponent = 0
        while index < end {
            let digit = base[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            exponent = min(exponent &* 10 &+ Int(digit), 100_000)
            index &+= 1
        }
        return isNegative ? -exponent : exponent
    }

    /// The standard library's conversion, of the digits without their point.
    private static func slow(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ power: Int,
        _ isNegative: Bool
    ) -> Double? {
        var text = isNegative ? "-" : ""
        text.reserveCapacity(end &- start &+ 8)
        var index = start
        while index < end {
            if base[index] != UInt8(ascii: ".") { text.unicodeScalars.append(Unicode.Scalar(base[index])) }
            index &+= 1
        }
        return Double(text + "e\(power)")
    }

    private static func special(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ end: Int,
        _ isNegative: Bool
    ) -> Double? {
        let count = end &- start
        guard count == 3 || count == 8 else { return nil }
        var text: UInt64 = 0
        var index = start
        while index < end {
            text = text &<< 8 | UInt64(base[index] | 0x20)
            index &+= 1
        }
        switch text {
        case 0x69_6e66, 0x696e_6669_6e69_7479: return isNegative ? -.infinity : .infinity
        case 0x6e_616e: return .nan
        default: return nil
        }
    }

    private static let powersOfTen: [Double] = [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19,
        1e20, 1e21, 1e22,
    ]
}
