import CanaryCore
import FlyingSocks

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A TCP socket that listens; not inherited by programs that this one starts.
struct ListeningSocket {
    let socket: Socket
    let port: UInt16

    /// Listens at the first of the address's translations that can be bound.
    init(_ address: ListenAddress) throws(AgentError) {
        var hints = addrinfo()
        #if canImport(Darwin)
            let stream = SOCK_STREAM
        #else
            let stream = Int32(SOCK_STREAM.rawValue)
        #endif
        hints.ai_socktype = stream
        hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
        var found: UnsafeMutablePointer<addrinfo>?
        let result = getaddrinfo(address.host, "\(address.port)", &hints, &found)
        guard result == 0, let first = found else {
            throw Self.fault(address, "\(address.host) has no address: \(String(cString: gai_strerror(result)))")
        }
        defer { freeaddrinfo(first) }
        var failure = "no address"
        // localhost is 127.0.0.1 for most people, whatever comes first in a table.
        let all = Array(sequence(first: first, next: { $0.pointee.ai_next })).map(\.pointee)
        for info in all.filter({ $0.ai_family == AF_INET }) + all.filter({ $0.ai_family == AF_INET6 }) {
            let descriptor = Self.open(info, stream)
            guard descriptor >= 0 else {
                failure = String(cString: strerror(errno))
                continue
            }
            socket = Socket(file: Socket.FileDescriptor(rawValue: descriptor))
            port = Self.port(of: descriptor) ?? address.port
            return
        }
        throw Self.fault(address, failure)
    }

    /// A descriptor, or -1 with `errno`.
    private static func open(_ info: addrinfo, _ stream: Int32) -> Int32 {
        let descriptor = makeSocket(info.ai_family, stream, 0)
        guard descriptor >= 0 else { return -1 }
        var one: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        guard fcntl(descriptor, F_SETFD, FD_CLOEXEC) == 0, bind(descriptor, info.ai_addr, info.ai_addrlen) == 0,
            listen(descriptor, 64) == 0
        else {
            let number = errno
            close(descriptor)
            errno = number
            return -1
        }
        return descriptor
    }

    /// The system's call; the name is this type's as well.
    private static func makeSocket(_ family: Int32, _ type: Int32, _ number: Int32) -> Int32 {
        #if canImport(Glibc)
            Glibc.socket(family, type, number)
        #elseif canImport(Musl)
            Musl.socket(family, type, number)
        #else
            Darwin.socket(family, type, number)
        #endif
    }

    private static func port(of descriptor: Int32) -> UInt16? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                guard getsockname(descriptor, address, &length) == 0 else { return nil }
                // The port lies at the same place in both families.
                return address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                    UInt16(bigEndian: $0.pointee.sin_port)
                }
            }
        }
    }

    private static func fault(_ address: ListenAddress, _ cause: String) -> AgentError {
        AgentError(
            "the status page cannot listen at \(address)",
            cause: cause,
            hint: "nothing was begun; another program may use the port: choose another one, or port 0 for a free one",
            exitCode: .usage
        )
    }
}
