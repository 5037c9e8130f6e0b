import Glibc

/// A TCP socket bound to a free port of 127.0.0.1.
struct LoopbackSocket {
    /// A system call that failed.
    struct Failure: Error, CustomStringConvertible {
        let operation: String
        let number: Int32

        var description: String {
            "\(operation): \(String(cString: strerror(number)))"
        }
    }

    let descriptor: Int32
    let port: UInt16

    static func bound() throws -> LoopbackSocket {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw Failure(operation: "socket", number: errno)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let result = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard result else {
            let number = errno
            close(descriptor)
            throw Failure(operation: "bind", number: number)
        }
        return LoopbackSocket(descriptor: descriptor, port: UInt16(bigEndian: address.sin_port))
    }
}

/// A port of 127.0.0.1 that refuses connections, held as long as this value lives so that nobody else gets it.
package final class RefusingPort: Sendable {
    package let port: UInt16
    private let descriptor: Int32

    package init() throws {
        let socket = try LoopbackSocket.bound()
        port = socket.port
        descriptor = socket.descriptor
    }

    deinit {
        close(descriptor)
    }

    /// An `http://127.0.0.1:PORT` URL of the port.
    package func url(_ path: String = "/") -> String {
        "http://127.0.0.1:\(port)\(path)"
    }
}
