/// Numbers as one text of Base64, eight bytes each and little-endian: exact to the bit, infinities included, and a third of the size of
/// decimal numbers.
package struct PackedDoubles: Sendable, Hashable, Codable {
    package var values: [Double]

    package init(_ values: [Double]) {
        self.values = values
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let text = try container.decode(String.self)
        guard let values = Self.unpacked(text) else {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: "not packed numbers")
        }
        self.values = values
    }

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(packed)
    }

    /// The text.
    package var packed: String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(values.count * 8)
        for value in values {
            var bits = value.bitPattern
            for _ in 0..<8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
            }
        }
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count / 3 * 4 + 4)
        var index = 0
        while index < bytes.count {
            let second = index + 1 < bytes.count ? bytes[index + 1] : 0
            let third = index + 2 < bytes.count ? bytes[index + 2] : 0
            let group = Int(bytes[index]) << 16 | Int(second) << 8 | Int(third)
            text.append(Self.digits[group >> 18])
            text.append(Self.digits[group >> 12 & 63])
            text.append(index + 1 < bytes.count ? Self.digits[group >> 6 & 63] : Self.padding)
            text.append(index + 2 < bytes.count ? Self.digits[group & 63] : Self.padding)
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func unpacked(_ text: String) -> [Double]? {
        let digits = Array(text.utf8)
        guard digits.count % 4 == 0, digits.count <= 4_000_000 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(digits.count / 4 * 3)
        var index = 0
        while index < digits.count {
            var group = 0
            var missing = 0
            for place in 0..<4 {
                let digit = digits[index + place]
                if digit == padding, index + 4 == digits.count, place >= 2 {
                    missing += 1
                    group <<= 6
                    continue
                }
                guard missing == 0, digit < 128, values[Int(digit)] >= 0 else { return nil }
                group = group << 6 | values[Int(digit)]
            }
            bytes.append(UInt8(truncatingIfNeeded: group >> 16))
            if missing < 2 { bytes.append(UInt8(truncatingIfNeeded: group >> 8)) }
            if missing < 1 { bytes.append(UInt8(truncatingIfNeeded: group)) }
            index += 4
        }
        guard bytes.count % 8 == 0 else { return nil }
        return stride(from: 0, to: bytes.count, by: 8).map { start in
            var bits: UInt64 = 0
            for place in (0..<8).reversed() { bits = bits << 8 | UInt64(bytes[start + place]) }
            return Double(bitPattern: bits)
        }
    }

    private static let padding = UInt8(ascii: "=")
    private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let values: [Int] = {
        var values = [Int](repeating: -1, count: 128)
        for (value, digit) in digits.enumerated() { values[Int(digit)] = value }
        return values
    }()
}
