import Foundation
import Glibc

/// A client of a status page that says what it likes. It waits at most ten seconds, on threads that nothing else needs.
final class PageClient: Sendable {
    private let descriptor: Int32

    /// Nobody listens.
    struct Refused: Error {}

    /// One answer, taken apart.
    struct Answer: Sendable {
        var status: Int
        /// By name in lower case.
        var fields: [String: String]
        var body: String

        init?(_ text: String) {
            guard let end = text.firstRange(of: "\r\n\r\n") else { return nil }
            let lines = text[..<end.lowerBound].split(separator: "\r\n")
            guard let words = lines.first?.split(separator: " "), words.count > 1, let status = Int(words[1]) else {
                return nil
            }
            self.status = status
            fields = [:]
            for line in lines.dropFirst() {
                let parts = line.split(separator: ":", maxSplits: 1)
                if parts.count == 2 { fields[parts[0].lowercased()] = parts[1].trimmingCharacters(in: .whitespaces) }
            }
            body = String(text[end.upperBound...])
        }
    }

    init(port: UInt16, version6: Bool = false) throws {
        let family = version6 ? AF_INET6 : AF_INET
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Refused() }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard Self.connect(descriptor, port, version6) == 0 else {
            close(descriptor)
            throw Refused()
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    /// The answer to one request on its own connection.
    static func ask(
        _ path: String,
        port: UInt16,
        method: String = "GET",
        host: String? = "127.0.0.1",
        fields: String = ""
    ) async throws -> Answer? {
        let client = try PageClient(port: port)
        let host = host.map { "Host: \($0)\r\n" } ?? ""
        await client.send("\(method) \(path) HTTP/1.1\r\n\(host)\(fields)\r\n")
        return Answer(await client.readAll())
    }

    /// Sends what the peer takes.
    func send(_ text: String) async {
        await Self.blocking { [self] in write(Array(text.utf8)) }
    }

    /// Everything up to the end of the connection, or what came within the limit of time.
    func readAll() async -> String {
        await Self.blocking { [self] in read { _ in false } }
    }

    /// What comes until it holds this, or all of it.
    func read(until part: String) async -> String {
        await Self.blocking { [self] in read { $0.contains(part) } }
    }

    /// Whether the peer has closed its side.
    func isClosed() async -> Bool {
        await Self.blocking { [self] in
            var byte: UInt8 = 0
            return recv(descriptor, &byte, 1, Int32(MSG_PEEK)) == 0
        }
    }

    private static func blocking<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: work()) }
        }
    }

    private func write(_ bytes: [UInt8]) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }

    private func read(until isEnough: (String) -> Bool) -> String {
        var result: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            guard count > 0 else { return String(decoding: result, as: UTF8.self) }
            result += buffer[..<count]
            let text = String(decoding: result, as: UTF8.self)
            if isEnough(text) { return text }
        }
    }

    private static func connect(_ descriptor: Int32, _ port: UInt16, _ version6: Bool) -> Int32 {
        if version6 {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = port.bigEndian
            address.sin6_addr = in6addr_loopback
            return withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size))
                }
            }
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
