/// Bytes of a page under construction.
struct PageText: Sendable {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) {
        bytes.reserveCapacity(capacity)
    }

    mutating func append(_ text: StaticString) {
        text.withUTF8Buffer { bytes.append(contentsOf: $0) }
    }

    mutating func append(_ text: [UInt8]) {
        bytes.append(contentsOf: text)
    }

    mutating func append(_ text: String) {
        bytes.append(contentsOf: text.utf8)
    }

    /// A decimal number and nothing else.
    mutating func append(_ number: Int) {
        if number < 0 { bytes.append(UInt8(ascii: "-")) }
        var rest = number.magnitude
        let start = bytes.count
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    /// A number given in hundredths, without trailing zeros.
    mutating func append(hundredths: Int) {
        append(hundredths / 100)
        let fraction = Int((hundredths % 100).magnitude)
        guard fraction > 0 else { return }
        bytes.append(UInt8(ascii: "."))
        bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction / 10))
        if fraction % 10 > 0 { bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: fraction % 10)) }
    }

    /// A moment in hundredths of a second as Go prints a large floating-point number: `1.78822080012e+09`.
    mutating func append(scientificHundredths hundredths: Int64) {
        var digits = Array(String(max(hundredths, 0)).utf8)
        let exponent = digits.count - 3
        guard exponent >= 1 else { return append(hundredths: Int(max(hundredths, 0))) }
        while digits.count > 1, digits.last == UInt8(ascii: "0") { digits.removeLast() }
        bytes.append(digits[0])
        if digits.count > 1 {
            bytes.append(UInt8(ascii: "."))
            bytes.append(contentsOf: digits.dropFirst())
        }
        append("e+")
        if exponent < 10 { bytes.append(UInt8(ascii: "0")) }
        append(exponent)
    }

    mutating func endLine() {
        bytes.append(UInt8(ascii: "\n"))
    }
}
