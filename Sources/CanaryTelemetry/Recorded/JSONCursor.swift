/// Walks over one line of JSON without copying it.
///
/// Every method leaves the cursor after what it read, or throws with the place. Values that nobody asked for are
/// checked and skipped, to a depth of `deepest`.
struct JSONCursor {
    static let deepest = 32

    let base: UnsafePointer<UInt8>
    let end: Int
    let line: Int
    private(set) var position: Int

    init(base: UnsafePointer<UInt8>, count: Int, line: Int) {
        self.base = base
        end = count
        self.line = line
        position = 0
    }

    /// A string's bytes between its quotes.
    struct Text {
        var start: Int
        var end: Int
        var hasEscapes: Bool
    }

    func failure(_ message: String, at place: Int? = nil) -> RecordedWindowError {
        RecordedWindowError(line: line, column: (place ?? position) &+ 1, message: message)
    }

    @inline(__always)
    mutating func skipBlanks() {
        while position < end {
            let byte = base[position]
            guard byte == 0x20 || byte == 0x09 || byte == 0x0D || byte == 0x0A else { return }
            position &+= 1
        }
    }

    /// The next byte that is not blank, without reading it; 0 at the end.
    @inline(__always)
    mutating func peek() -> UInt8 {
        skipBlanks()
        return position < end ? base[position] : 0
    }

    /// Reads `byte` if it is the next one.
    @inline(__always)
    mutating func take(_ byte: UInt8) -> Bool {
        guard peek() == byte, position < end else { return false }
        position &+= 1
        return true
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8, _ what: StaticString) throws(RecordedWindowError) {
        guard take(byte) else { throw failure(position < end ? "expected \(what)" : "the line ends before \(what)") }
    }

    mutating func expectEnd() throws(RecordedWindowError) {
        skipBlanks()
        guard position == end else { throw failure("something follows the object") }
    }

    /// After an element: true if another one follows, false at the closing byte.
    @inline(__always)
    mutating func hasNext(closing: UInt8, _ what: StaticString) throws(RecordedWindowError) -> Bool {
        if take(UInt8(ascii: ",")) { return true }
        if take(closing) { return false }
        throw failure(position < end ? "expected a comma or the end of \(what)" : "the line ends inside \(what)")
    }

    // MARK: Strings

    /// A string, its escapes checked but not resolved.
    mutating func text(_ what: StaticString) throws(RecordedWindowError) -> Text {
        guard take(UInt8(ascii: "\"")) else {
            throw failure(position < end ? "\(what) must be a string" : "the line ends before \(what)")
        }
        let start = position
        var hasEscapes = false
        while position < end {
            let byte = base[position]
            if byte == UInt8(ascii: "\"") {
                position &+= 1
                return Text(start: start, end: position &- 1, hasEscapes: hasEscapes)
            }
            if byte < 0x20 { throw failure("a control character inside a string") }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position &+= 1
            }
            position &+= 1
        }
        position = end
        throw failure("the line ends inside a string", at: start &- 1)
    }

    mutating func string(_ what: StaticString) throws(RecordedWindowError) -> String {
        try string(of: text(what))
    }

    func string(of text: Text) throws(RecordedWindowError) -> String {
        let raw = UnsafeBufferPointer(start: base + text.start, count: text.end &- text.start)
        let string: String?
        if text.hasEscapes {
            string = String(validating: try resolveEscapes(of: text), as: UTF8.self)
        } else {
            string = String(validating: raw, as: UTF8.self)
        }
        guard let string else { throw failure("a string that is not UTF-8", at: text.start) }
        return string
    }

    /// Whether a string is `literal`.
    @inline(__always)
    func matches(_ text: Text, _ literal: StaticString) -> Bool {
        if text.hasEscapes {
            let resolved = (try? resolveEscapes(of: text)) ?? []  // a bad escape is no known key
            return resolved.elementsEqual(
                UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount)
            )
        }
        return ByteScan.equals(base + text.start, text.end &- text.start, literal)
    }

    private func resolveEscapes(of text: Text) throws(RecordedWindowError) -> [UInt8] {
        var resolved: [UInt8] = []
        resolved.reserveCapacity(text.end &- text.start)
        do throws(JSONEscapes.Fault) {
            try JSONEscapes.resolve(base, text.start, text.end, into: &resolved)
        } catch {
            throw failure(error.message, at: error.place)
        }
        return resolved
    }

    // MARK: Numbers and words

    mutating func double(_ what: StaticString) throws(RecordedWindowError) -> Double {
        skipBlanks()
        let start = position
        try skipNumber(what)
        guard let value = DecimalNumber.parse(base, start, position), value.isFinite else {
            throw failure("\(what) is too large", at: start)
        }
        return value
    }

    /// A count from 0 to 2^53; `5.0` and `5e0` are 5.
    @inline(__always)
    mutating func count(_ what: StaticString) throws(RecordedWindowError) -> Int {
        skipBlanks()
        let start = position
        var value = 0
        while position < end, position &- start < 16 {
            let digit = base[position] &- UInt8(ascii: "0")
            guard digit < 10 else { break }
            value = value &* 10 &+ Int(digit)
            position &+= 1
        }
        let width = position &- start
        let next = position < end ? base[position] : 0
        let isPlain = next == UInt8(ascii: ",") || next == UInt8(ascii: "]") || next == UInt8(ascii: "}")
        if isPlain, width > 0, width < 16, width == 1 || base[start] != UInt8(ascii: "0") { return value }
        position = start
        return try unusualCount(what)
    }

    private mutating func unusualCount(_ what: StaticString) throws(RecordedWindowError) -> Int {
        let start = position
        let value = try double(what)
        guard value >= 0, value <= 9_007_199_254_740_992, Double(Int(value)) == value else {
            throw failure("\(what) must be a whole number from 0 to 2^53", at: start)
        }
        return Int(value)
    }

    mutating func bool(_ what: StaticString) throws(RecordedWindowError) -> Bool {
        if try takeWord("true") { return true }
        if try takeWord("false") { return false }
        throw failure("\(what) must be true or false")
    }

    /// Reads `null` if it is next.
    mutating func takeNull() throws(RecordedWindowError) -> Bool { try takeWord("null") }

    private mutating func takeWord(_ word: StaticString) throws(RecordedWindowError) -> Bool {
        skipBlanks()
        guard ByteScan.starts(base + position, end &- position, with: word) else { return false }
        position &+= word.utf8CodeUnitCount
        return true
    }

    /// A number of JSON's grammar, which is narrower than ours.
    private mutating func skipNumber(_ what: StaticString) throws(RecordedWindowError) {
        let start = position
        if position < end, base[position] == UInt8(ascii: "-") { position &+= 1 }
        let whole = position
        let digits = skipDigits()
        guard digits > 0 else { throw failure("\(what) must be a number", at: start) }
        guard digits == 1 || base[whole] != UInt8(ascii: "0") else {
            throw failure("a number with a leading zero", at: start)
        }
        if position < end, base[position] == UInt8(ascii: ".") {
            position &+= 1
            guard skipDigits() > 0 else { throw failure("a number without digits after its point", at: start) }
        }
        if position < end, base[position] | 0x20 == UInt8(ascii: "e") {
            position &+= 1
            if position < end, base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") {
                position &+= 1
            }
            guard skipDigits() > 0 else { throw failure("a number without digits in its exponent", at: start) }
        }
    }

    private mutating func skipDigits() -> Int {
        let start = position
        while position < end, base[position] &- UInt8(ascii: "0") < 10 { position &+= 1 }
        return position &- start
    }

    // MARK: What nobody asked for

    /// Checks and skips one value of any type.
    mutating func skipValue(depth: Int = 0) throws(RecordedWindowError) {
        guard depth < Self.deepest else { throw failure("more than \(Self.deepest) levels of nesting") }
        switch peek() {
        case UInt8(ascii: "{"):
            position &+= 1
            if take(UInt8(ascii: "}")) { return }
            repeat {
                _ = try text("a key")
                try expect(UInt8(ascii: ":"), "a colon")
                try skipValue(depth: depth + 1)
            } while try hasNext(closing: UInt8(ascii: "}"), "an object")
        case UInt8(ascii: "["):
            position &+= 1
            if take(UInt8(ascii: "]")) { return }
            repeat { try skipValue(depth: depth + 1) } while try hasNext(closing: UInt8(ascii: "]"), "an array")
        case UInt8(ascii: "\""):
            _ = try text("a string")
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            _ = try bool("a value")
        case UInt8(ascii: "n"):
            guard try takeNull() else { throw failure("expected a value") }
        default:
            try skipNumber("a value")
        }
    }
}
