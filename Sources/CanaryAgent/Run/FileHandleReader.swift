#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// Reads a file descriptor to its end, up to a limit.
struct FileHandleReader {
    /// Why nothing could be read.
    struct Failure: Error {
        let cause: String
    }

    private enum Place {
        case descriptor(Int32)
        case path(String)
    }

    private let place: Place

    static let standardInput = FileHandleReader(.descriptor(0))

    init(path: String) {
        self.init(.path(path))
    }

    private init(_ place: Place) {
        self.place = place
    }

    func readAll(limit: Int) throws(Failure) -> [UInt8] {
        let descriptor: Int32
        switch place {
        case .descriptor(let number): descriptor = number
        case .path(let path):
            descriptor = open(path, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else { throw Failure(cause: String(cString: strerror(errno))) }
        }
        defer { if case .path = place { close(descriptor) } }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw Failure(cause: String(cString: strerror(errno)))
            }
            guard bytes.count + count <= limit else { throw Failure(cause: "it has more than \(limit) bytes") }
            bytes += chunk[..<count]
        }
    }
}
