import Glibc

/// Where a bearer token is found. The token itself is never stored or printed.
///
/// It is read anew for every request that is sent, so a rotated file or variable takes effect with the next one.
package enum BearerToken: Sendable, Hashable {
    /// The content of a file, without the white space around it; at most 64 KiB.
    case file(String)

    /// The value of an environment variable.
    case environment(String)

    /// Reads the token as it is now.
    ///
    /// Takes some microseconds: the file must be a regular one, so a pipe or a device cannot block the caller.
    func read() throws(TransportError) -> String {
        let bytes =
            switch self {
            case .file(let path): try Self.readFile(path, token: self)
            case .environment(let name): try Self.readVariable(name, token: self)
            }
        let trimmed = bytes.trimmingWhiteSpace
        guard !trimmed.isEmpty else {
            throw .credentials(self, cause: "it is empty")
        }
        guard trimmed.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw .credentials(self, cause: "it has a character that a token cannot have")
        }
        return String(decoding: trimmed, as: UTF8.self)
    }

    private static let maximumBytes = 65_536

    private static func readVariable(_ name: String, token: BearerToken) throws(TransportError) -> [UInt8] {
        guard let text = getenv(name) else {
            throw .credentials(token, cause: "it is not set")
        }
        return Array(String(cString: text).utf8)
    }

    private static func readFile(_ path: String, token: BearerToken) throws(TransportError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw .credentials(token, cause: String(cString: strerror(errno)))
        }
        defer { close(descriptor) }
        var information = stat()
        guard fstat(descriptor, &information) == 0, information.st_mode & S_IFMT == S_IFREG else {
            throw .credentials(token, cause: "it is not a regular file")
        }

        var content: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = buffer.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR {
                continue
            }
            guard count >= 0 else {
                throw .credentials(token, cause: String(cString: strerror(errno)))
            }
            guard count > 0 else {
                return content
            }
            content.append(contentsOf: buffer[..<count])
            guard content.count <= maximumBytes else {
                throw .credentials(token, cause: "it is longer than \(maximumBytes) bytes")
            }
        }
    }
}

extension BearerToken: CustomStringConvertible {
    /// Where the token comes from, never the token.
    package var description: String {
        switch self {
        case .file(let path): "the token file '\(path)'"
        case .environment(let name): "the token in the environment variable '\(name)'"
        }
    }
}

extension Collection<UInt8> where Self: BidirectionalCollection {
    /// The part without blanks, tabs and line breaks at either end.
    var trimmingWhiteSpace: SubSequence {
        let isBlank = { (byte: UInt8) in byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard let first = firstIndex(where: { !isBlank($0) }), let last = lastIndex(where: { !isBlank($0) }) else {
            return self[startIndex..<startIndex]
        }
        return self[first...last]
    }
}
