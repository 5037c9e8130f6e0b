/// An image as people know it: the last part of its name with the tag, or with the head of its digest where no tag tells anything.
///
/// `registry.example.com:5000/shop/reviews:1.4.2` is `reviews:1.4.2`, and `reviews@sha256:3f2a9c1b7d10…` is `reviews@3f2a9c1b7d10`.
struct ImageName: Sendable, Hashable {
    let short: String

    /// Nil for what is no reference to an image.
    init?(_ reference: String) {
        let bytes = reference.utf8
        guard !bytes.isEmpty, bytes.count <= 4096, bytes.allSatisfy(Self.isPlain) else { return nil }
        let parts = reference.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let path = parts[0].split(separator: "/", omittingEmptySubsequences: false).last ?? ""
        let pieces = path.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let name = pieces[0].suffix(Self.longest)
        guard !name.isEmpty else { return nil }
        let tag = pieces.count > 1 && !pieces[1].isEmpty ? pieces[1].prefix(Self.longest) : nil
        let digest = parts.count > 1 ? parts[1].split(separator: ":").last?.prefix(12) : nil
        if let tag, digest == nil || tag != "latest" {
            short = "\(name):\(tag)"
        } else if let digest, !digest.isEmpty {
            short = "\(name)@\(digest)"
        } else {
            short = String(name)
        }
    }

    /// The longest name, and the longest tag, that is shown.
    private static let longest = 50

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: "./:@_-+".utf8.contains(byte)
        }
    }
}
