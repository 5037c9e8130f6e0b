/// A piece of a PromQL expression.
struct PromQLToken: Sendable, Hashable {
    enum Kind: Sendable, Hashable {
        /// A name or a keyword.
        case word
        /// A number or a duration.
        case number
        /// Between quotes of this kind, the quotes included.
        case string(quote: UInt8)
        /// From `#` to the end of the line.
        case comment
        /// `${name}` outside of quotes.
        case hole(String)
        /// A bracket, a comma or an operator.
        case symbol
    }

    let kind: Kind
    let text: String
    /// In the bytes of the expression.
    let range: Range<Int>
    let place: Place

    /// Where in the file: both from 1, the column in Unicode scalars.
    struct Place: Sendable, Hashable {
        var line: Int
        var column: Int
    }

    /// Whether it is this name or keyword; keywords are the same in any case.
    func isWord(_ word: String) -> Bool { kind == .word && text.lowercased() == word }

    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}

/// Classes of bytes.
enum PromQLBytes {
    static let doubleQuote = UInt8(ascii: "\"")
    static let singleQuote = UInt8(ascii: "'")
    static let backtick = UInt8(ascii: "`")
    static let newline = UInt8(ascii: "\n")

    static func isNameStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
        default: false
        }
    }

    static func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }

    static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
