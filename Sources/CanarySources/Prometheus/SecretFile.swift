import Glibc

/// A secret in a file, read when it is needed so that a rotated one is used at once.
enum SecretFile {
    private static let mostBytes = 65_536

    /// The content without the line break at its end.
    ///
    /// The file must be a regular one, so that a pipe cannot block the caller.
    static func read(_ path: String) throws(SourceError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw failure(path, String(cString: strerror(errno))) }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw failure(path, "it is not a regular file")
        }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw failure(path, String(cString: strerror(errno))) }
            if count == 0 { break }
            content.append(contentsOf: buffer[..<count])
            guard content.count <= mostBytes else { throw failure(path, "it is longer than \(mostBytes) bytes") }
        }
        while let last = content.last, last == 10 || last == 13 { content.removeLast() }
        guard !content.isEmpty else { throw failure(path, "it is empty") }
        return content
    }

    private static func failure(_ path: String, _ cause: String) -> SourceError {
        SourceError(
            .credentials,
            "the password file '\(path)' cannot be used",
            cause: cause,
            hint: "check that it exists and that this user may read it",
            disposition: .stop
        )
    }
}
