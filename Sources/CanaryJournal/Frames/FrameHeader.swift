import CZstd

/// The first bytes of a frame, checked before anything is allocated for it.
///
/// The layout is RFC 8878 §3.1.1: four bytes of magic, a descriptor, then the window and content sizes.
struct FrameHeader: Hashable {
    enum Reading: Hashable {
        case header(FrameHeader)
        /// The bytes end before the header does.
        case short
        /// Not a frame that a journal's writer makes.
        case foreign(String)
    }

    /// The longest header of a frame, in bytes.
    static let longestBytes = 18
    /// The bytes that begin a frame.
    static let magic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]

    /// The size of the frame's content as it declares it.
    var contentBytes: UInt64

    /// Reads the header at the front of `bytes`, which hold at least `longestBytes` unless the file ends before.
    static func read(_ bytes: ArraySlice<UInt8>) -> Reading {
        guard bytes.prefix(4).elementsEqual(magic.prefix(bytes.count)) else { return .foreign("no frame begins here") }
        guard bytes.count > 4 else { return .short }
        let descriptor = bytes[bytes.startIndex + 4]
        // Bit 2: a checksum follows. Bits 0, 1, 3, 4: dictionary, reserved, unused; our writer leaves them zero.
        guard descriptor & 0b0001_1111 == 0b0000_0100 else { return .foreign("the frame has no checksum") }
        let size = bytes.withUnsafeBytes { ZSTD_getFrameContentSize($0.baseAddress, $0.count) }
        switch size {
        case UInt64.max - 1:  // ZSTD_CONTENTSIZE_ERROR
            return bytes.count < longestBytes ? .short : .foreign("the frame's header is damaged")
        case UInt64.max, 0:  // ZSTD_CONTENTSIZE_UNKNOWN, and a flush is never empty
            return .foreign("the frame does not say its size")
        default:
            return .header(FrameHeader(contentBytes: size))
        }
    }
}
