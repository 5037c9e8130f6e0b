import CZstd

/// Expands one zstd frame, given in pieces, into a buffer of known size.
struct Decompressor: ~Copyable {
    private let context: OpaquePointer

    init() throws(ZstdFailure) {
        guard let context = ZSTD_createDCtx() else { throw .outOfMemory }
        do {
            // 2^23 is `JournalLimits.largestFrameBytes`: a frame cannot ask for a larger window.
            try ZstdFailure.check(ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 23))
        } catch {
            ZSTD_freeDCtx(context)
            throw error
        }
        self.context = context
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Forgets a frame that was not finished.
    mutating func startFrame() throws(ZstdFailure) {
        try ZstdFailure.check(ZSTD_DCtx_reset(context, ZSTD_reset_session_only))
    }

    /// Expands a piece of the frame into `output` from `filled` on, which it moves, up to `capacity`.
    ///
    /// - Returns: how many bytes of the piece were taken, and whether the frame is complete with a right checksum.
    mutating func expand(
        _ piece: [UInt8],
        in range: Range<Int>,
        into output: inout [UInt8],
        filled: inout Int,
        capacity: Int
    ) throws(ZstdFailure) -> (taken: Int, isComplete: Bool) {
        var taken = 0
        let result = output.withUnsafeMutableBytes { output in
            piece.withUnsafeBytes { piece in
                var source = ZSTD_inBuffer(src: piece.baseAddress, size: range.upperBound, pos: range.lowerBound)
                var target = ZSTD_outBuffer(dst: output.baseAddress, size: min(capacity, output.count), pos: filled)
                let result = ZSTD_decompressStream(context, &target, &source)
                taken = source.pos - range.lowerBound
                filled = target.pos
                return result
            }
        }
        return (taken, try ZstdFailure.check(result) == 0)
    }
}
