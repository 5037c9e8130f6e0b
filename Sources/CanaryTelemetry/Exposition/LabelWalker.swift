/// Walks over the labels of a set whose grammar was checked when it was interned.
struct LabelWalker {
    /// A label: where its name is, and its value between the quotes.
    struct Label {
        let name: UnsafeBufferPointer<UInt8>
        let value: UnsafeBufferPointer<UInt8>
    }

    private let base: UnsafePointer<UInt8>
    private let end: Int
    private var position = 0

    init(_ bytes: UnsafeBufferPointer<UInt8>) {
        if let base = bytes.baseAddress {
            self.base = base
            end = bytes.count
        } else {
            base = UnsafePointer(("" as StaticString).utf8Start)
            end = 0
        }
    }

    mutating func next() -> Label? {
        while position < end, !Self.isNameByte(base[position]) { position &+= 1 }
        let nameStart = position
        while position < end, Self.isNameByte(base[position]) { position &+= 1 }
        let nameEnd = position
        while position < end, base[position] != UInt8(ascii: "\"") { position &+= 1 }
        guard nameStart < nameEnd, position < end else { return nil }
        position &+= 1
        let valueStart = position
        while position < end, base[position] != UInt8(ascii: "\"") {
            position &+= base[position] == UInt8(ascii: "\\") ? 2 : 1
        }
        let valueEnd = min(position, end)
        position = valueEnd &+ 1
        return Label(
            name: UnsafeBufferPointer(start: base + nameStart, count: nameEnd &- nameStart),
            value: UnsafeBufferPointer(start: base + valueStart, count: valueEnd &- valueStart)
        )
    }

    /// The value with its escapes resolved.
    static func string(_ value: UnsafeBufferPointer<UInt8>) -> String {
        guard value.contains(UInt8(ascii: "\\")) else { return String(decoding: value, as: UTF8.self) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(value.count)
        var index = 0
        while index < value.count {
            let byte = value[index]
            index += 1
            guard byte == UInt8(ascii: "\\"), index < value.count else {
                bytes.append(byte)
                continue
            }
            bytes.append(value[index] == UInt8(ascii: "n") ? 10 : value[index])
            index += 1
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Whether a label's value, escapes resolved, is `text`.
    static func equals(_ value: UnsafeBufferPointer<UInt8>, _ text: String) -> Bool {
        if value.contains(UInt8(ascii: "\\")) { return string(value) == text }
        return value.elementsEqual(text.utf8)
    }

    @inline(__always)
    static func isNameByte(_ byte: UInt8) -> Bool {
        let letter = (byte | 0x20) &- UInt8(ascii: "a")
        let digit = byte &- UInt8(ascii: "0")
        return letter < 26 || digit < 10 || byte == UInt8(ascii: "_")
    }
}
