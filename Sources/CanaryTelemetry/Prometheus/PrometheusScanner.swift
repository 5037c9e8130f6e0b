/// Reads single tokens from a piece of an answer; each read is whole or leaves the scanner where the caller puts it back.
struct PrometheusScanner {
    /// Why a token could not be read.
    enum Stop: Error {
        /// The piece ends inside of it.
        case incomplete
        case bad(PrometheusDecodeError.Code, String, at: Int)
    }

    /// A string between its quotes.
    struct Text {
        var start: Int
        var end: Int
        var hasEscapes: Bool
    }

    let base: UnsafePointer<UInt8>
    let end: Int
    var position: Int

    func bad(_ message: String, at place: Int? = nil) -> Stop { .bad(.malformed, message, at: place ?? position) }

    @inline(__always)
    mutating func skipBlanks() {
        while position < end {
            let byte = base[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position &+= 1
        }
    }

    /// The next byte that is not blank, without reading it.
    @inline(__always)
    mutating func peek() throws(Stop) -> UInt8 {
        skipBlanks()
        guard position < end else { throw .incomplete }
        return base[position]
    }

    @inline(__always)
    mutating func take(_ byte: UInt8) throws(Stop) -> Bool {
        guard try peek() == byte else { return false }
        position &+= 1
        return true
    }

    @inline(__always)
    mutating func expect(_ byte: UInt8, _ what: StaticString) throws(Stop) {
        guard try take(byte) else { throw bad("expected \(what)") }
    }

    // MARK: Strings

    mutating func text(_ what: StaticString) throws(Stop) -> Text {
        guard try take(UInt8(ascii: "\"")) else { throw bad("\(what) must be a string") }
        let start = position
        var hasEscapes = false
        while position < end {
            let byte = base[position]
            if byte == UInt8(ascii: "\"") {
                position &+= 1
                return Text(start: start, end: position &- 1, hasEscapes: hasEscapes)
            }
            guard byte >= 0x20 else { throw bad("a control character inside a string") }
            if byte == UInt8(ascii: "\\") {
                hasEscapes = true
                position &+= 1
            }
            position &+= 1
        }
        throw .incomplete
    }

    func matches(_ text: Text, _ literal: StaticString) -> Bool {
        !text.hasEscapes && ByteScan.equals(base + text.start, text.end &- text.start, literal)
    }

    /// At most `limit` bytes of a string, for people.
    func string(_ text: Text, limit: Int = 4096) throws(Stop) -> String {
        var bytes: [UInt8] = []
        try resolve(text, into: &bytes)
        if bytes.count > limit { return String(decoding: bytes.prefix(limit), as: UTF8.self) + "…" }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends a string with its escapes resolved.
    func resolve(_ text: Text, into bytes: inout [UInt8]) throws(Stop) {
        guard text.hasEscapes else {
            bytes.append(contentsOf: UnsafeBufferPointer(start: base + text.start, count: text.end &- text.start))
            return
        }
        do throws(JSONEscapes.Fault) {
            try JSONEscapes.resolve(base, text.start, text.end, into: &bytes)
        } catch {
            throw bad(error.message, at: error.place)
        }
    }

    // MARK: Words and numbers

    /// A bare word or number, up to what may follow a value.
    mutating func bareWord() throws(Stop) -> Range<Int> {
        skipBlanks()
        let start = position
        while position < end {
            let byte = base[position]
            if byte == UInt8(ascii: ",") || byte == UInt8(ascii: "]") || byte == UInt8(ascii: "}") || byte <= 0x20 {
                guard position > start else { throw bad("expected a value", at: start) }
                return start..<position
            }
            position &+= 1
        }
        throw .incomplete
    }

    func word(_ range: Range<Int>, is literal: StaticString) -> Bool {
        ByteScan.equals(base + range.lowerBound, range.count, literal)
    }

    /// Whether these bytes are a number as JSON has them.
    func isNumber(_ range: Range<Int>) -> Bool {
        let first = base[range.lowerBound]
        let isSigned = first == UInt8(ascii: "-")
        guard isSigned || first &- UInt8(ascii: "0") < 10 else { return false }
        return DecimalNumber.parse(base, range.lowerBound, range.upperBound)?.isFinite == true
    }
}
