/// Cuts a PromQL expression with holes into tokens.
///
/// It knows quotes, comments, brackets and names, which is what filling and checking need; the grammar is the server's business.
///
/// - Complexity: O(n) in the length of the expression.
struct PromQLScanner {
    /// What cannot be cut.
    struct Fault: Error, Sendable, Hashable {
        let place: PromQLToken.Place
        let message: String
    }

    /// More is no question that a person wrote.
    static let mostTokens = 5000

    private let bytes: [UInt8]
    private var position = 0
    private var line: Int
    /// Scalars that end before `position` are counted from here on, so that a long line is not counted again and again.
    private var countedTo = 0
    private var column = 1

    private init(_ text: String, firstLine: Int) {
        bytes = Array(text.utf8)
        line = firstLine
    }

    /// The tokens of an expression whose first line has the number `firstLine`.
    static func tokens(of text: String, firstLine: Int = 1) throws(Fault) -> [PromQLToken] {
        var scanner = PromQLScanner(text, firstLine: firstLine)
        var tokens: [PromQLToken] = []
        while let token = try scanner.next() {
            guard tokens.count < mostTokens else {
                throw Fault(place: token.place, message: "the expression has more than \(mostTokens) words and signs")
            }
            tokens.append(token)
        }
        return tokens
    }

    /// The holes inside of a string token: their names with their ranges in the token's bytes.
    ///
    /// A `${1}` is a group of a regular expression, not a hole.
    static func holes(in string: [UInt8]) -> [(name: String, range: Range<Int>)] {
        var holes: [(name: String, range: Range<Int>)] = []
        var index = 0
        while index + 2 < string.count {
            if let end = holeEnd(string, at: index) {
                holes.append((String(decoding: string[(index + 2)..<(end - 1)], as: UTF8.self), index..<end))
                index = end
            } else {
                index += 1
            }
        }
        return holes
    }

    private mutating func next() throws(Fault) -> PromQLToken? {
        while position < bytes.count, PromQLBytes.isBlank(bytes[position]) { advance() }
        guard position < bytes.count else { return nil }
        let start = position
        let place = place()
        let byte = bytes[position]
        switch byte {
        case UInt8(ascii: "#"):
            skip { $0 != PromQLBytes.newline }
            return token(.comment, start, place)
        case PromQLBytes.doubleQuote, PromQLBytes.singleQuote, PromQLBytes.backtick:
            try scanString(quote: byte, place)
            return token(.string(quote: byte), start, place)
        case UInt8(ascii: "$"):
            guard let end = Self.holeEnd(bytes, at: position) else {
                throw Fault(place: place, message: "'$' begins a hole like ${pod}, and this is none")
            }
            position = end
            return token(.hole(String(decoding: bytes[(start + 2)..<(end - 1)], as: UTF8.self)), start, place)
        case _ where PromQLBytes.isNameStart(byte):
            skip { PromQLBytes.isNameStart($0) || PromQLBytes.isDigit($0) || $0 == UInt8(ascii: ":") }
            return token(.word, start, place)
        case _ where PromQLBytes.isDigit(byte):
            skip { PromQLBytes.isNameStart($0) || PromQLBytes.isDigit($0) || $0 == UInt8(ascii: ".") }
            return token(.number, start, place)
        default:
            position += 1
            if position < bytes.count, Self.isPair(byte, bytes[position]) { position += 1 }
            // A scalar beyond ASCII is one token; the server says what it thinks of it.
            while position < bytes.count, bytes[position] & 0xC0 == 0x80 { position += 1 }
            return token(.symbol, start, place)
        }
    }

    private mutating func scanString(quote: UInt8, _ place: PromQLToken.Place) throws(Fault) {
        advance()
        while position < bytes.count, bytes[position] != quote {
            if bytes[position] == PromQLBytes.newline, quote != PromQLBytes.backtick { break }
            if bytes[position] == UInt8(ascii: "\\"), quote != PromQLBytes.backtick { advance() }
            if position < bytes.count { advance() }
        }
        guard position < bytes.count, bytes[position] == quote else {
            let name = quote == PromQLBytes.backtick ? "backtick" : quote == PromQLBytes.singleQuote ? "'" : "\""
            throw Fault(place: place, message: "the text that begins here is not closed by \(name)")
        }
        advance()
    }

    private mutating func advance() {
        if bytes[position] == PromQLBytes.newline {
            line += 1
            countedTo = position + 1
            column = 1
        }
        position += 1
    }

    private mutating func skip(while isWanted: (UInt8) -> Bool) {
        while position < bytes.count, isWanted(bytes[position]) { position += 1 }
    }

    /// Of `position`.
    private mutating func place() -> PromQLToken.Place {
        for byte in bytes[countedTo..<position] where byte & 0xC0 != 0x80 { column += 1 }
        countedTo = position
        return PromQLToken.Place(line: line, column: column)
    }

    private func token(_ kind: PromQLToken.Kind, _ start: Int, _ place: PromQLToken.Place) -> PromQLToken {
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        return PromQLToken(kind: kind, text: text, range: start..<position, place: place)
    }

    /// Behind the `}` of a hole that begins at an index.
    private static func holeEnd(_ bytes: [UInt8], at start: Int) -> Int? {
        guard start + 3 < bytes.count, bytes[start] == UInt8(ascii: "$"), bytes[start + 1] == UInt8(ascii: "{"),
            PromQLBytes.isNameStart(bytes[start + 2])
        else { return nil }
        var end = start + 3
        while end < bytes.count, PromQLBytes.isNameStart(bytes[end]) || PromQLBytes.isDigit(bytes[end]) { end += 1 }
        return end < bytes.count && bytes[end] == UInt8(ascii: "}") ? end + 1 : nil
    }

    private static func isPair(_ first: UInt8, _ second: UInt8) -> Bool {
        switch (first, second) {
        case (UInt8(ascii: "="), UInt8(ascii: "~")), (UInt8(ascii: "!"), UInt8(ascii: "~")),
            (UInt8(ascii: "="), UInt8(ascii: "=")), (UInt8(ascii: "!"), UInt8(ascii: "=")),
            (UInt8(ascii: "<"), UInt8(ascii: "=")), (UInt8(ascii: ">"), UInt8(ascii: "=")):
            true
        default: false
        }
    }
}
