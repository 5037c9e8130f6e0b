import Foundation
import Glibc
import Synchronization

/// One port of every address of 127.0.0.0/8, served by one thread: what is answered depends on the address that was called.
///
/// It listens on all addresses of the machine, for there is no other way to hold a whole network, and closes every connection
/// that did not call loopback.
final class FleetServer: Sendable {
    let port: UInt16
    private let listener: Int32
    /// Both ends of a pipe; written to once, to end the thread.
    private let bell: (input: Int32, output: Int32)
    private let count = Atomic<Int>(0)
    private let isStopped = Atomic<Bool>(false)

    init() throws {
        Self.raiseDescriptorLimit()
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard listener >= 0 else { throw LoopbackSocket.Failure(operation: "socket", number: errno) }
        var one: Int32 = 1
        setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, socklen_t(MemoryLayout<Int32>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isListening = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(listener, generic, length) == 0 && listen(listener, 4096) == 0
                    && getsockname(listener, generic, &length) == 0
            }
        }
        var ends: [Int32] = [-1, -1]
        guard isListening, pipe(&ends) == 0 else {
            let failure = LoopbackSocket.Failure(operation: "listen", number: errno)
            close(listener)
            throw failure
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        port = UInt16(bigEndian: address.sin_port)
        self.listener = listener
        bell = (ends[0], ends[1])
    }

    /// How many pages were served.
    var served: Int { count.load(ordering: .relaxed) }

    /// Serves on a thread of its own until `stop`.
    ///
    /// - Parameter page: of an address as text; nil closes the connection.
    func start(_ page: @escaping @Sendable (String) -> [UInt8]?) {
        // The thread keeps the server until it was told to stop, and closes what it used.
        Thread.detachNewThread { [self] in
            var peers: [Int32: Peer] = [:]
            var entries = [Self.entry(bell.input), Self.entry(listener)]
            while true {
                guard poll(&entries, nfds_t(entries.count), -1) >= 0 || errno == EINTR else { break }
                guard entries[0].revents == 0 else { break }
                var left: Set<Int32> = []
                for entry in entries.dropFirst(2) where entry.revents != 0 {
                    guard let peer = peers[entry.fd], !serve(peer, page) else { continue }
                    left.insert(entry.fd)
                    peers[entry.fd] = nil
                }
                if !left.isEmpty {
                    entries.removeAll { left.contains($0.fd) }
                    for descriptor in left { close(descriptor) }
                }
                if entries[1].revents != 0, let peer = acceptPeer() {
                    peers[peer.descriptor] = peer
                    entries.append(Self.entry(peer.descriptor))
                }
            }
            for descriptor in Array(peers.keys) + [listener, bell.input, bell.output] { close(descriptor) }
        }
    }

    func stop() {
        guard !isStopped.exchange(true, ordering: .acquiringAndReleasing) else { return }
        var byte: UInt8 = 1
        _ = write(bell.output, &byte, 1)
    }

    // MARK: Connections

    /// One connection; only the thread uses it.
    private final class Peer {
        let descriptor: Int32
        let address: String
        var bytes: [UInt8] = []

        init(descriptor: Int32, address: String) {
            self.descriptor = descriptor
            self.address = address
        }
    }

    private static func entry(_ descriptor: Int32) -> pollfd {
        pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    }

    private func acceptPeer() -> Peer? {
        let descriptor = accept(listener, nil, nil)
        guard descriptor >= 0 else { return nil }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        guard let address = Self.loopbackAddress(of: descriptor) else {
            close(descriptor)
            return nil
        }
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        // Room for a page, so that a slow reader holds nobody up; and one that never reads is left soon.
        var room: Int32 = 256 * 1024
        setsockopt(descriptor, SOL_SOCKET, SO_SNDBUF, &room, socklen_t(MemoryLayout<Int32>.size))
        var limit = timeval(tv_sec: 1, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        return Peer(descriptor: descriptor, address: address)
    }

    /// Reads what is there and answers whole requests; false when the connection is done with.
    private func serve(_ peer: Peer, _ page: @Sendable (String) -> [UInt8]?) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 8192)
        let received = recv(peer.descriptor, &chunk, chunk.count, Int32(MSG_DONTWAIT))
        if received < 0 { return errno == EAGAIN || errno == EINTR }
        guard received > 0, peer.bytes.count < 64 * 1024 else { return false }
        peer.bytes += chunk[..<received]
        while let end = Self.endOfHead(peer.bytes) {
            let isOld = peer.bytes[..<end].contains(UInt8(ascii: "\n")) && Self.isHTTP10(peer.bytes)
            peer.bytes.removeFirst(end)
            guard let body = page(peer.address), send(body, to: peer.descriptor) else { return false }
            count.add(1, ordering: .relaxed)
            if isOld { return false }
        }
        return true
    }

    private func send(_ body: [UInt8], to descriptor: Int32) -> Bool {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=UTF-8\r\nContent-Length: \(body.count)\r\n\r\n"
        let bytes = Array(head.utf8) + body
        return bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let start = buffer.baseAddress.map { $0 + sent }
                let count = Glibc.send(descriptor, start, buffer.count - sent, Int32(MSG_NOSIGNAL))
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    private static func endOfHead(_ bytes: [UInt8]) -> Int? {
        guard bytes.count >= 4 else { return nil }
        for index in 0...(bytes.count - 4)
        where bytes[index] == 13 && bytes[index + 1] == 10 && bytes[index + 2] == 13 && bytes[index + 3] == 10 {
            return index + 4
        }
        return nil
    }

    /// Whether the peer expects the connection to end with the answer.
    private static func isHTTP10(_ bytes: [UInt8]) -> Bool {
        String(decoding: bytes.prefix { $0 != 13 }, as: UTF8.self).hasSuffix("HTTP/1.0")
    }

    /// The address that was called, if it is one of 127.0.0.0/8.
    private static func loopbackAddress(of descriptor: Int32) -> String? {
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isKnown = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) == 0 }
        }
        let number = UInt32(bigEndian: address.sin_addr.s_addr)
        guard isKnown, number >> 24 == 127 else { return nil }
        return "127.\(number >> 16 & 255).\(number >> 8 & 255).\(number & 255)"
    }

    /// A connection a pod, on both ends if the reader is in the same process.
    private static func raiseDescriptorLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
