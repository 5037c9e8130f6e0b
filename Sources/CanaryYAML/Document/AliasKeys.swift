/// Recognises texts whose mapping keys may expand without end.
///
/// The parser hashes each key to find repeated ones. A key that is an alias of a list of aliases of lists would keep it busy
/// for ever, and no limit on the outcome helps, because there never is one.
enum AliasKeys {
    /// Fewer aliases than this cannot expand to more than a few million nodes.
    private static let aliasLimit = 40

    /// Whether a text has many aliases and something that may be a key with aliases in it.
    ///
    /// It looks at characters only, so it may be wrong about strings and comments; both conditions together are far from
    /// anything that people write.
    static func mayExplode(_ text: String) -> Bool {
        var aliases = 0
        var hasComplexKey = false
        var before: UInt8 = 0x0A
        var last: UInt8 = 0x0A
        var isAliasName = false
        var isKeyEnd = false
        for byte in text.utf8 {
            if last == 0x2A, isBoundary(before), !isBoundary(byte) {  // *
                aliases += 1
                isAliasName = true
            }
            if last == 0x3F, isBoundary(before), isBoundary(byte) { hasComplexKey = true }  // ?
            if byte == 0x3A, isKeyEnd || isAliasName { hasComplexKey = true }  // :
            switch byte {
            case 0x5D, 0x7D:  // ] }
                isKeyEnd = true
                isAliasName = false
            case 0x20, 0x09: break
            case 0x0A, 0x0D, 0x2C, 0x5B, 0x7B:  // line ends , [ {
                isKeyEnd = false
                isAliasName = false
            default:
                isKeyEnd = false
            }
            if hasComplexKey, aliases > aliasLimit { return true }
            (before, last) = (last, byte)
        }
        return false
    }

    /// White space, or a character that ends a token.
    private static func isBoundary(_ byte: UInt8) -> Bool {
        [0x20, 0x09, 0x0A, 0x0D, 0x2C, 0x5B, 0x5D, 0x7B, 0x7D, 0x3A, 0x2D, 0x3F].contains(byte)
    }
}
