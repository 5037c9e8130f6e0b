/// Breaks one line of JSON into many, two spaces a level.
enum JSONIndent {
    /// The text with a final newline; what is inside of strings stays as it is.
    static func indented(_ bytes: [UInt8]) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(bytes.count * 2)
        var depth = 0
        var isInString = false
        var isEscaped = false
        func lineBreak() {
            result.append(UInt8(ascii: "\n"))
            result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
        }
        for (place, byte) in bytes.enumerated() {
            if isInString {
                result.append(byte)
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInString = false
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""):
                isInString = true
                result.append(byte)
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                result.append(byte)
                let isEmpty = place + 1 < bytes.count && (bytes[place + 1] == byte + 2)
                depth += 1
                if !isEmpty { lineBreak() }
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                if let last = result.last, last != byte - 2 { lineBreak() }
                result.append(byte)
            case UInt8(ascii: ","):
                result.append(byte)
                lineBreak()
            case UInt8(ascii: ":"):
                result.append(byte)
                result.append(UInt8(ascii: " "))
            default:
                result.append(byte)
            }
        }
        result.append(UInt8(ascii: "\n"))
        return String(decoding: result, as: UTF8.self)
    }
}
