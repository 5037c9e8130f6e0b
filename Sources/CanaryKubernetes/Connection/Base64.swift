import FoundationEssentials

/// Base 64 as kubeconfig files have it.
enum Base64 {
    /// The bytes of a text; blanks and line breaks within do not matter. Nil if it is none.
    static func decoded(_ text: String) -> [UInt8]? {
        Data(base64Encoded: text.filter { !$0.isWhitespace }).map { Array($0) }
    }

    static func encoded(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }
}
