#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Reads a file, or standard input as `-`, piece by piece.
enum ChunkReader {
    /// Why nothing more could be read.
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ number: Int32) {
            description = String(cString: strerror(number))
        }
    }

    /// Calls `body` with pieces of up to 128 kB until the end.
    static func forEachChunk<E: Error>(_ path: String, _ body: ([UInt8]) throws(E) -> Void) throws {
        let descriptor = path == "-" ? 0 : open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw Failure(errno) }
        defer { if path != "-" { close(descriptor) } }
        var chunk = [UInt8](repeating: 0, count: 1 << 17)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(errno)
            }
            try body(count == chunk.count ? chunk : Array(chunk[..<count]))
        }
    }
}
