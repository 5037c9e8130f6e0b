import CZstd

/// An answer of libzstd that is an error, in the library's own words.
struct ZstdFailure: Error, Hashable {
    var text: String

    static let outOfMemory = ZstdFailure(text: "not enough memory for the compressor")

    /// Returns the number that a call of libzstd answered, or throws when it stands for an error.
    @discardableResult
    static func check(_ result: Int) throws(ZstdFailure) -> Int {
        guard ZSTD_isError(result) == 0 else { throw ZstdFailure(text: String(cString: ZSTD_getErrorName(result))) }
        return result
    }
}
