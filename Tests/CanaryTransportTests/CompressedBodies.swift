import Foundation

/// Bodies in the forms that servers send them: made once by gzip 1.12, zstd 1.5.4 and zlib, or built here bit by bit.
enum CompressedBodies {
    /// What the small bodies decode to.
    static let text = String(repeating: "istio_requests_total{response_code=\"200\"} 118\n", count: 4)

    static let gzip = decode(
        "H4sIAAAAAAACA8ssLsnMjy9KLSxNLS4pji/JL0nMqS5KLS7IzytOjU/OT0m1VTIyMFCqVTA0tODKHDSqAVG+E5K4AAAA"
    )
    static let zstd = decode(
        "KLUv/SS4vQEA5AJpc3Rpb19yZXF1ZXN0c190b3RhbHtyZXNwb25zZV9jb2RlPSIyMDAifSAxMTgKAQA+REqVAeTAMI4="
    )
    static let deflate = decode(
        "eJzLLC7JzI8vSi0sTS0uKY4vyS9JzKkuSi0uyM8rTo1Pzk9JtVUyMjBQqlUwNLTgyhw0qgH6uEL5"
    )

    /// A gzip member of a zero byte and then `copies` times 258 copies of it, 13 bits each, in one block of fixed codes
    /// (RFC 1951 §3.2.6). It has no end.
    static func gzipBomb(copies: Int) -> [UInt8] {
        var bits = Bits(bytes: gzipHeader)
        bits.append(value: 0b010, count: 3)
        bits.append(code: 0b0011_0000, count: 8)
        for _ in 0..<copies {
            bits.append(code: 0b1100_0101, count: 8)
            bits.append(code: 0, count: 5)
        }
        return bits.bytes
    }

    /// The start of a gzip member.
    static let gzipHeader: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF]

    /// A stored block without content: five bytes that decode to nothing.
    static let emptyDeflateBlock: [UInt8] = [0, 0, 0, 0xFF, 0xFF]

    /// A zstd frame of blocks that each repeat one byte 131,072 times (RFC 8878 §3.1.1.2), four bytes each.
    static func zstdBomb(blocks: Int) -> [UInt8] {
        let window: UInt8 = 7 << 3
        var bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0, window]
        for number in 1...blocks {
            let header = UInt32(number == blocks ? 1 : 0) | 1 << 1 | 131_072 << 3
            bytes += [UInt8(truncatingIfNeeded: header), UInt8(truncatingIfNeeded: header >> 8)]
            bytes += [UInt8(truncatingIfNeeded: header >> 16), 0x61]
        }
        return bytes
    }

    private static func decode(_ text: String) -> [UInt8] {
        Array(Data(base64Encoded: text) ?? Data())
    }

    /// Bits in the order of deflate: from the lowest of each byte.
    private struct Bits {
        private(set) var bytes: [UInt8]
        private var used = 8

        init(bytes: [UInt8]) {
            self.bytes = bytes
        }

        /// Appends a number, lowest bit first.
        mutating func append(value: UInt32, count: Int) {
            for place in 0..<count {
                append(value >> UInt32(place) & 1 == 1)
            }
        }

        /// Appends a Huffman code, highest bit first.
        mutating func append(code: UInt32, count: Int) {
            for place in (0..<count).reversed() {
                append(code >> UInt32(place) & 1 == 1)
            }
        }

        private mutating func append(_ isSet: Bool) {
            if used == 8 {
                bytes.append(0)
                used = 0
            }
            if isSet {
                bytes[bytes.count - 1] |= 1 << UInt8(used)
            }
            used += 1
        }
    }
}
