import CanaryCore

/// A 128-bit FNV-1a hash with the length: tells apart the contents a file has had.
///
/// It detects other writers, it does not withstand one who looks for collisions; whoever can write the file need not.
enum ContentHash {
    private static let basis = UInt128(0x6c62_272e_07bb_0142) << 64 | UInt128(0x62b8_2175_6295_c58d)
    private static let prime = UInt128(1) << 88 | UInt128(0x13b)

    static func revision(of bytes: [UInt8]) -> RouteRevision {
        var hash = basis
        for byte in bytes { hash = (hash ^ UInt128(byte)) &* prime }
        return RouteRevision("\(String(hash, radix: 16))-\(bytes.count)")
    }
}
