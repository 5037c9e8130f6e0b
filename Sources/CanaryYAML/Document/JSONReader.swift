/// Reads one JSON text from its first byte to its last.
///
/// Lists of thousands of objects are read while a rollout waits, so it makes one pass over the bytes and no errors on
/// the way.
struct JSONReader {
    private static let deepest = 128

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var depth = 0

    static func read(_ bytes: UnsafeBufferPointer<UInt8>) -> Result<JSONValue, JSONText.Failure> {
        var reader = JSONReader(bytes: bytes)
        do throws(JSONText.Failure) {
            let value = try reader.value()
            reader.skipBlanks()
            guard reader.position == bytes.count else { throw reader.failure("there is more after the value") }
            return .success(value)
        } catch {
            return .failure(error)
        }
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
    }

    private func failure(_ what: String) -> JSONText.Failure {
        JSONText.Failure(description: position < bytes.count ? "\(what) at byte \(position)" : "it ends too early")
    }

    private mutating func skipBlanks() {
        while position < bytes.count {
            let byte = bytes[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    /// The next byte that is not blank; 0 at the end.
    private mutating func peek() -> UInt8 {
        skipBlanks()
        return position < bytes.count ? bytes[position] : 0
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte, position < bytes.count else { return false }
        position += 1
        return true
    }

    private mutating func value() throws(JSONText.Failure) -> JSONValue {
        switch peek() {
        case UInt8(ascii: "{"): return try object()
        case UInt8(ascii: "["): return try array()
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONText.Failure) -> JSONValue {
        let count = text.utf8CodeUnitCount
        guard bytes.count - position >= count,
            bytes[position..<position + count].elementsEqual(
                UnsafeBufferPointer(start: text.utf8Start, count: count)
            )
        else { throw failure("an unknown word") }
        position += count
        return value
    }

    private mutating func descend() throws(JSONText.Failure) {
        depth += 1
        guard depth <= Self.deepest else { throw failure("nested deeper than \(Self.deepest) levels") }
        position += 1
    }

    private mutating func object() throws(JSONText.Failure) -> JSONValue {
        try descend()
        var members: [String: JSONValue] = [:]
        if !take(UInt8(ascii: "}")) {
            repeat {
                guard peek() == UInt8(ascii: "\"") else { throw failure("a name is missing") }
                let name = try string()
                guard take(UInt8(ascii: ":")) else { throw failure("a colon is missing") }
                members[name] = try value()
            } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "}")) else { throw failure("a comma or brace is missing") }
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array() throws(JSONText.Failure) -> JSONValue {
        try descend()
        var items: [JSONValue] = []
        if !take(UInt8(ascii: "]")) {
            repeat { items.append(try value()) } while take(UInt8(ascii: ","))
            guard take(UInt8(ascii: "]")) else { throw failure("a comma or bracket is missing") }
        }
        depth -= 1
        return .array(items)
    }

    private mutating func string() throws(JSONText.Failure) -> String {
        position += 1
        let start = position
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                defer { position += 1 }
                return try text(bytes[start..<position])
            case UInt8(ascii: "\\"):
                return try escapedString(from: start)
            case ..<0x20:
                throw failure("a control character within a text")
            default:
                position += 1
            }
        }
        throw failure("a text")
    }

    /// A string with escapes, whose first one is at the position.
    private mutating func escapedString(from start: Int) throws(JSONText.Failure) -> String {
        var content = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let text = String(validating: content, as: UTF8.self) else {
                    throw failure("a text that is not UTF-8")
                }
                return text
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &content)
            case ..<0x20:
                throw failure("a control character within a text")
            default:
                content.append(byte)
                position += 1
            }
        }
        throw failure("a text")
    }

    private mutating func escape(into content: inout [UInt8]) throws(JSONText.Failure) {
        guard position < bytes.count else { throw failure("an escape") }
        let byte = bytes[position]
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
        case UInt8(ascii: "b"): content.append(0x08)
        case UInt8(ascii: "f"): content.append(0x0C)
        case UInt8(ascii: "n"): content.append(0x0A)
        case UInt8(ascii: "r"): content.append(0x0D)
        case UInt8(ascii: "t"): content.append(0x09)
        case UInt8(ascii: "u"):
            var code = try hexadecimal()
            if (0xD800..<0xDC00).contains(code) {
                guard bytes.count - position >= 2, bytes[position] == UInt8(ascii: "\\"),
                    bytes[position + 1] == UInt8(ascii: "u")
                else { throw failure("half of a surrogate pair") }
                position += 2
                let low = try hexadecimal()
                guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
                code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
            }
            guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
            content += UTF8.encode(scalar).map { Array($0) } ?? []
        default:
            throw failure("an unknown escape")
        }
    }

    private mutating func hexadecimal() throws(JSONText.Failure) -> UInt32 {
        guard bytes.count - position >= 4 else { throw failure("an escape") }
        var code: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): code = code << 4 | UInt32(byte - UInt8(ascii: "0"))
            case UInt8(ascii: "a")...UInt8(ascii: "f"): code = code << 4 | UInt32(byte - UInt8(ascii: "a") + 10)
            case UInt8(ascii: "A")...UInt8(ascii: "F"): code = code << 4 | UInt32(byte - UInt8(ascii: "A") + 10)
            default: throw failure("an escape without four digits")
            }
        }
        position += 4
        return code
    }

    private mutating func number() throws(JSONText.Failure) -> JSONValue {
        let start = position
        if position < bytes.count, bytes[position] == UInt8(ascii: "-") { position += 1 }
        let first = position
        let whole = digits()
        guard whole > 0, whole == 1 || bytes[first] != UInt8(ascii: "0") else { throw failure("no value") }
        var isWhole = true
        if position < bytes.count, bytes[position] == UInt8(ascii: ".") {
            position += 1
            isWhole = false
            guard digits() > 0 else { throw failure("a number without decimals after its point") }
        }
        if position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") {
            position += 1
            isWhole = false
            if position < bytes.count, bytes[position] == UInt8(ascii: "+") || bytes[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits() > 0 else { throw failure("a number without digits in its exponent") }
        }
        let text = try text(bytes[start..<position])
        if isWhole, let number = Int64(text) { return .integer(number) }
        guard let number = Double(text), number.isFinite else { throw failure("a number beyond all bounds") }
        return .number(number)
    }

    private mutating func digits() -> Int {
        let start = position
        while position < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[position]) {
            position += 1
        }
        return position - start
    }

    private func text(_ slice: Slice<UnsafeBufferPointer<UInt8>>) throws(JSONText.Failure) -> String {
        guard let text = String(validating: slice, as: UTF8.self) else { throw failure("a text that is not UTF-8") }
        return text
    }
}
