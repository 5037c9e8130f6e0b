import CZstd

/// Turns the records of one flush into one zstd frame with its content size and a checksum.
struct Compressor: ~Copyable {
    private let context: OpaquePointer

    /// Level 3: level 9 makes frames of recorded windows 3 to 16 % smaller, for 4 to 16 times the time (libzstd 1.5.4).
    init(level: Int32 = 3) throws(ZstdFailure) {
        guard let context = ZSTD_createCCtx() else { throw .outOfMemory }
        do {
            try ZstdFailure.check(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level))
            try ZstdFailure.check(ZSTD_CCtx_setParameter(context, ZSTD_c_contentSizeFlag, 1))
            try ZstdFailure.check(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1))
        } catch {
            ZSTD_freeCCtx(context)
            throw error
        }
        self.context = context
    }

    deinit { ZSTD_freeCCtx(context) }

    /// A whole frame that holds `content`.
    mutating func makeFrame(_ content: [UInt8]) throws(ZstdFailure) -> [UInt8] {
        var frame = [UInt8](repeating: 0, count: ZSTD_compressBound(content.count))
        let result = frame.withUnsafeMutableBytes { frame in
            content.withUnsafeBytes { content in
                ZSTD_compress2(context, frame.baseAddress, frame.count, content.baseAddress, content.count)
            }
        }
        frame.removeSubrange(try ZstdFailure.check(result)...)
        return frame
    }
}
