import Glibc

/// Reads configuration files, without waiting for pipes and without swallowing devices.
enum SmallFile {
    /// Why a file could not be read.
    struct Failure: Error {
        let isAbsent: Bool
        let words: String
    }

    /// The content of a regular file of at most the given length.
    static func read(_ path: String, limit: Int = 4 << 20) throws(Failure) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            let number = errno
            throw Failure(isAbsent: number == ENOENT || number == ENOTDIR, words: String(cString: strerror(number)))
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw Failure(isAbsent: false, words: "it is not a regular file")
        }
        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Failure(isAbsent: false, words: String(cString: strerror(errno))) }
            guard count > 0 else { return content }
            content += buffer[..<count]
            guard content.count <= limit else {
                throw Failure(isAbsent: false, words: "it is longer than \(limit) bytes")
            }
        }
    }
}
