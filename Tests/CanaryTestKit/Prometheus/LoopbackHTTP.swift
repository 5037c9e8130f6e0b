import Foundation
import Glibc

/// A request to a server of a test, over a plain socket: HTTP/1.0, blocking, with a limit.
package enum LoopbackHTTP {
    /// What the server answered.
    package struct Answer: Sendable {
        package var status: Int
        package var body: String
    }

    /// Fetches a path; nil if nobody answers within the time.
    package static func get(_ path: String, port: UInt16, seconds: Int = 5) -> Answer? {
        exchange("GET \(path) HTTP/1.0\r\nHost: 127.0.0.1:\(port)\r\n\r\n", [], port: port, seconds: seconds)
    }

    /// Posts a body; nil if nobody answers within the time.
    package static func post(
        _ path: String,
        _ body: [UInt8],
        port: UInt16,
        type: String = "text/plain",
        seconds: Int = 60
    ) -> Answer? {
        let lines = [
            "POST \(path) HTTP/1.0", "Host: 127.0.0.1:\(port)", "Content-Type: \(type)",
            "Content-Length: \(body.count)", "", "",
        ]
        return exchange(lines.joined(separator: "\r\n"), body, port: port, seconds: seconds)
    }

    /// A port of loopback that is free now.
    package static func freePort() throws -> UInt16 {
        let socket = try LoopbackSocket.bound()
        close(socket.descriptor)
        return socket.port
    }

    // MARK: Helpers

    private static func exchange(_ head: String, _ body: [UInt8], port: UInt16, seconds: Int) -> Answer? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var limit = timeval(tv_sec: seconds, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(descriptor, SOL_SOCKET, option, &limit, socklen_t(MemoryLayout<timeval>.size))
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        address.sin_port = port.bigEndian
        let isConnected = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard isConnected, sendAll(Array(head.utf8), to: descriptor), sendAll(body, to: descriptor) else { return nil }
        return answer(readAll(from: descriptor))
    }

    private static func sendAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        bytes.withUnsafeBytes { buffer in
            var sent = 0
            while sent < buffer.count {
                let rest = buffer[sent...]
                let start = buffer.baseAddress?.advanced(by: sent)
                let count = send(descriptor, start, rest.count, Int32(MSG_NOSIGNAL))
                guard count > 0 else { return false }
                sent += count
            }
            return true
        }
    }

    private static func readAll(from descriptor: Int32) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return bytes }
            bytes.append(contentsOf: chunk[..<count])
        }
    }

    private static func answer(_ bytes: [UInt8]) -> Answer? {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let head = text.range(of: "\r\n\r\n") else { return nil }
        let words = text.prefix(while: { $0 != "\r\n" }).split(separator: " ")
        guard words.count > 1, let status = Int(words[1]) else { return nil }
        return Answer(status: status, body: String(text[head.upperBound...]))
    }
}
