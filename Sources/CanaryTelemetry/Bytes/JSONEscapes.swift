/// The escapes of a JSON string.
enum JSONEscapes {
    /// An escape that is none, and where.
    struct Fault: Error {
        var message: String
        var place: Int
    }

    /// Appends the bytes between a string's quotes with the escapes resolved.
    static func resolve(
        _ base: UnsafePointer<UInt8>,
        _ start: Int,
        _ end: Int,
        into bytes: inout [UInt8]
    ) throws(Fault) {
        var index = start
        while index < end {
            let byte = base[index]
            index &+= 1
            guard byte == UInt8(ascii: "\\"), index < end else {
                bytes.append(byte)
                continue
            }
            let escape = base[index]
            index &+= 1
            switch escape {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): bytes.append(escape)
            case UInt8(ascii: "b"): bytes.append(0x08)
            case UInt8(ascii: "f"): bytes.append(0x0C)
            case UInt8(ascii: "n"): bytes.append(0x0A)
            case UInt8(ascii: "r"): bytes.append(0x0D)
            case UInt8(ascii: "t"): bytes.append(0x09)
            case UInt8(ascii: "u"):
                let scalar = try scalar(base, &index, end)
                bytes.append(contentsOf: String(Character(scalar)).utf8)
            default: throw Fault(message: "an unknown escape in a string", place: index &- 2)
            }
        }
    }

    /// A code point of one or two units, with `index` behind the first `\u`.
    private static func scalar(
        _ base: UnsafePointer<UInt8>,
        _ index: inout Int,
        _ end: Int
    ) throws(Fault) -> Unicode.Scalar {
        let half = Fault(message: "half a surrogate pair", place: index &- 2)
        let first = try codeUnit(base, &index, end)
        if let scalar = Unicode.Scalar(first) { return scalar }
        guard first < 0xDC00, index &+ 1 < end, base[index] == UInt8(ascii: "\\"), base[index &+ 1] == UInt8(ascii: "u")
        else { throw half }
        index &+= 2
        let second = try codeUnit(base, &index, end)
        let joined = 0x10000 &+ ((first &- 0xD800) &<< 10) &+ (second &- 0xDC00)
        guard (0xDC00...0xDFFF).contains(second), let scalar = Unicode.Scalar(joined) else { throw half }
        return scalar
    }

    private static func codeUnit(
        _ base: UnsafePointer<UInt8>,
        _ index: inout Int,
        _ end: Int
    ) throws(Fault) -> UInt32 {
        guard index &+ 4 <= end else { throw Fault(message: "a short \\u escape", place: index) }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = base[index]
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte &- UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte &- UInt8(ascii: "a") &+ 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte &- UInt8(ascii: "A") &+ 10
            default: throw Fault(message: "a \\u escape that is not hexadecimal", place: index)
            }
            unit = unit &<< 4 | UInt32(digit)
            index &+= 1
        }
        return unit
    }
}
