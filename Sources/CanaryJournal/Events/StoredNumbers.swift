import FoundationEssentials

/// Whether the whole numbers of a decoded value leave room to go on counting.
///
/// A count near the largest integer is no count: whoever adds one to it traps. Asked of the value's own encoding, in which nothing
/// but an integer has that many digits, because larger floating-point numbers have an exponent there.
enum StoredNumbers {
    static func areUsable(_ value: some Encodable, _ encoder: JSONEncoder) -> Bool {
        guard let json = try? encoder.encode(value) else { return false }
        return areUsable(Array(json))
    }

    /// - Parameter json: as `JSONForm.encoder` writes it.
    static func areUsable(_ json: [UInt8]) -> Bool {
        var position = 0
        var isInText = false
        /// Where the number before this one began, if a bracket opened before it and a comma alone is between the two.
        var paired: Int?
        while position < json.count {
            let byte = json[position]
            if isInText {
                position += byte == UInt8(ascii: "\\") ? 2 : 1
                if byte == UInt8(ascii: "\"") { isInText = false }
                continue
            }
            guard isDigit(byte) || byte == UInt8(ascii: "-") else {
                if byte == UInt8(ascii: "\"") { isInText = true }
                if byte != UInt8(ascii: ",") { paired = nil }
                position += 1
                continue
            }
            let start = position
            while position < json.count, isNumeric(json[position]) { position += 1 }
            let isFirst = start > 0 && json[start - 1] == UInt8(ascii: "[")
            let isSecond = paired != nil && position < json.count && json[position] == UInt8(ascii: "]")
            paired = isFirst ? start : nil
            // The second half of a Duration has all 64 bits.
            if isSecond { continue }
            let first = json[start] == UInt8(ascii: "-") ? start + 1 : start
            if position - first > mostDigits, json[first..<position].allSatisfy(isDigit) { return false }
        }
        return true
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func isNumeric(_ byte: UInt8) -> Bool {
        isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte == UInt8(ascii: ".")
            || byte == UInt8(ascii: "e") || byte == UInt8(ascii: "E")
    }

    /// Below 10^18, a ninth of the largest integer.
    private static let mostDigits = 18
}
