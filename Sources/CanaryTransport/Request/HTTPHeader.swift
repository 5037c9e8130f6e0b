/// One header field of a request or an answer.
///
/// Its description hides the value of fields that carry secrets, so that it can be put into a message.
package struct HTTPHeader: Sendable, Hashable {
    /// The field's name as written; names compare without regard to case.
    package var name: String

    /// The field's value, without the white space around it.
    package var value: String

    package init(name: String, value: String) {
        self.name = name
        self.value = value
    }

    /// Whether this is the field of the given name, whatever the case of either.
    package func isNamed(_ other: String) -> Bool {
        let mine = name.utf8
        let theirs = other.utf8
        return mine.count == theirs.count && zip(mine, theirs).allSatisfy { Self.lowercased($0) == Self.lowercased($1) }
    }

    /// Whether the field can be sent: a token of RFC 9110 as name, no line break or other control character as value.
    var isWellFormed: Bool {
        Self.isToken(name) && value.utf8.allSatisfy { ($0 >= 0x20 && $0 != 0x7F) || $0 == 0x09 }
    }

    /// Whether the text is a token of RFC 9110 §5.6.2, the form of methods and field names.
    static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"):
                    true
                default:
                    "!#$%&'*+-.^_`|~".utf8.contains(byte)
                }
            }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}

extension HTTPHeader: CustomStringConvertible, CustomReflectable {
    /// The field as one line, with the value of a secret field replaced by `…`.
    package var description: String {
        "\(name): \(isSecret ? "…" : value)"
    }

    package var customMirror: Mirror {
        Mirror(self, children: ["name": name, "value": isSecret ? "…" : value])
    }

    private var isSecret: Bool {
        let names = ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "x-auth-token"]
        return names.contains { isNamed($0) }
    }
}

extension Sequence where Element == HTTPHeader {
    /// The value of the first field of the given name, whatever its case.
    package func firstValue(of name: String) -> String? {
        first { $0.isNamed(name) }?.value
    }
}
