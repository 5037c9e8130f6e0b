import Foundation
import Glibc
import Synchronization

/// A port of 127.0.0.1 that is kept for the life of this value, whether anybody listens on it or not.
final class PortListener: Sendable {
    let port: UInt16

    /// Bound and never listening: nobody else gets the port while connections are refused.
    private let keeper: Int32
    private let listening = Mutex<Int32?>(nil)

    init() throws {
        let keeper = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard keeper >= 0 else { throw LoopbackSocket.Failure(operation: "socket", number: errno) }
        do {
            port = try Self.bind(keeper, to: 0)
        } catch {
            close(keeper)
            throw error
        }
        self.keeper = keeper
    }

    deinit {
        stop()
        close(keeper)
    }

    /// Accepts connections on a thread of its own until `stop`; each is handed over as its descriptor.
    func start(_ accepted: @escaping @Sendable (Int32) -> Void) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LoopbackSocket.Failure(operation: "socket", number: errno) }
        do {
            _ = try Self.bind(descriptor, to: port)
            guard listen(descriptor, 1024) == 0 else {
                throw LoopbackSocket.Failure(operation: "listen", number: errno)
            }
        } catch {
            close(descriptor)
            throw error
        }
        let isFirst = listening.withLock { present in
            guard present == nil else { return false }
            present = descriptor
            return true
        }
        guard isFirst else {
            close(descriptor)
            return
        }
        Thread.detachNewThread {
            defer { close(descriptor) }
            while true {
                let peer = Glibc.accept(descriptor, nil, nil)
                if peer >= 0 {
                    _ = fcntl(peer, F_SETFD, FD_CLOEXEC)
                    accepted(peer)
                } else if ![EINTR, ECONNABORTED, EMFILE].contains(errno) {
                    return
                }
            }
        }
    }

    /// Refuses connections from now on.
    func stop() {
        listening.withLock { present in
            // The thread that accepts closes it; what waits in its queue is reset at once.
            if let descriptor = present { shutdown(descriptor, Int32(SHUT_RDWR)) }
            present = nil
        }
    }

    private static func bind(_ descriptor: Int32, to port: UInt16) throws -> UInt16 {
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                Glibc.bind(descriptor, generic, length) == 0 && getsockname(descriptor, generic, &length) == 0
            }
        }
        guard isBound else { throw LoopbackSocket.Failure(operation: "bind", number: errno) }
        return UInt16(bigEndian: address.sin_port)
    }
}
