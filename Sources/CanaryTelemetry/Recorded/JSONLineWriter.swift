/// Writes one JSON value a line into a byte buffer that is reused.
///
/// Commas are put by the writer; balanced calls are the caller's business. Doubles are written shortest, so that
/// reading them gives the same bits; whole ones without a point; NaN and infinities, which JSON does not have, as
/// `null`.
package struct JSONLineWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8]

    private var needsComma = false

    package init(reservingCapacity capacity: Int = 4096) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// A writer that appends to `bytes`.
    package init(appendingTo bytes: consuming [UInt8]) {
        self.bytes = bytes
    }

    /// The buffer, without a copy.
    package consuming func take() -> [UInt8] { bytes }

    package mutating func removeAll() {
        bytes.removeAll(keepingCapacity: true)
        needsComma = false
    }

    package mutating func beginObject() { open(UInt8(ascii: "{")) }

    package mutating func endObject() { close(UInt8(ascii: "}")) }

    package mutating func beginArray() { open(UInt8(ascii: "[")) }

    package mutating func endArray() { close(UInt8(ascii: "]")) }

    /// Ends the line; the next value starts a new one.
    package mutating func endLine() {
        bytes.append(10)
        needsComma = false
    }

    /// A key; the next call gives its value.
    package mutating func key(_ name: StaticString) {
        separate()
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// A key that is not known at compile time; it is escaped.
    package mutating func key(text name: String) {
        separate()
        appendQuoted(name)
        bytes.append(UInt8(ascii: ":"))
        needsComma = false
    }

    package mutating func string(_ value: String) {
        separate()
        appendQuoted(value)
    }

    package mutating func integer(_ value: Int) {
        separate()
        appendInteger(value)
    }

    package mutating func double(_ value: Double) {
        separate()
        guard value.isFinite else {
            appendLiteral("null")
            return
        }
        if value.magnitude < 9_007_199_254_740_992, value != 0 || value.sign == .plus {
            let whole = Int(value)
            if Double(whole) == value {
                appendInteger(whole)
                return
            }
        }
        bytes.append(contentsOf: value.description.utf8)
    }

    /// The number, or `null`.
    package mutating func double(_ value: Double?) {
        if let value { double(value) } else { null() }
    }

    package mutating func bool(_ value: Bool) {
        separate()
        appendLiteral(value ? "true" : "false")
    }

    package mutating func null() {
        separate()
        appendLiteral("null")
    }

    package mutating func doubles(_ values: some Sequence<Double>) {
        beginArray()
        for value in values { double(value) }
        endArray()
    }

    package mutating func integers(_ values: some Sequence<Int>) {
        beginArray()
        for value in values { integer(value) }
        endArray()
    }

    package mutating func strings(_ values: some Sequence<String>) {
        beginArray()
        for value in values { string(value) }
        endArray()
    }

    private mutating func open(_ byte: UInt8) {
        separate()
        bytes.append(byte)
        needsComma = false
    }

    private mutating func close(_ byte: UInt8) {
        bytes.append(byte)
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    private mutating func appendLiteral(_ text: StaticString) {
        bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    private mutating func appendInteger(_ value: Int) {
        var rest = value.magnitude
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        if rest < 10 {
            bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest))
            return
        }
        let start = bytes.count
        while rest > 0 {
            bytes.append(UInt8(ascii: "0") &+ UInt8(truncatingIfNeeded: rest % 10))
            rest /= 10
        }
        bytes[start...].reverse()
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes.append(UInt8(ascii: "\\"))
                bytes.append(byte)
            case 0x0A:
                appendLiteral("\\n")
            case 0x0D:
                appendLiteral("\\r")
            case 0x09:
                appendLiteral("\\t")
            case 0..<0x20, 0x7F:
                appendLiteral("\\u00")
                bytes.append(Self.hexadecimal(byte &>> 4))
                bytes.append(Self.hexadecimal(byte & 15))
            default:
                bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func hexadecimal(_ digit: UInt8) -> UInt8 {
        digit < 10 ? UInt8(ascii: "0") &+ digit : UInt8(ascii: "a") &+ digit &- 10
    }
}
