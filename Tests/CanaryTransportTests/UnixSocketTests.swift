import CanaryTransport
import Foundation
import Glibc
import Testing

@Suite("Over a Unix socket, the HTTP client", .timeLimit(.minutes(1)))
struct UnixSocketTests {
    @Test("talks to whoever listens there, whatever the URL's host")
    func exchange() async throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "s-\(UUID().uuidString)").path
        let listener = try Self.listen(at: path)
        defer {
            close(listener)
            unlink(path)
        }
        Thread.detachNewThread { Self.answerOnce(listener) }

        let answer = try await HTTPClient().send(
            HTTPRequest(method: "POST", url: "http://haldane.invalid/pause", body: Array("why".utf8), unixSocket: path)
        )

        #expect(answer.status == 200)
        #expect(String(decoding: answer.body, as: UTF8.self).hasPrefix("POST /pause HTTP/1.1"))
    }

    @Test("says when nobody listens, and when the path is too long for a socket")
    func failures() async throws {
        let absent = await #expect(throws: TransportError.self) {
            try await HTTPClient().send(HTTPRequest(url: "http://localhost/", unixSocket: "/absent/socket"))
        }
        let long = await #expect(throws: TransportError.self) {
            let path = "/" + String(repeating: "x", count: 107)
            _ = try await HTTPClient().send(HTTPRequest(url: "http://localhost/", unixSocket: path))
        }

        #expect(absent?.code == .refused)
        #expect(long?.code == .invalidRequest)
    }

    private static func listen(at path: String) throws -> Int32 {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { buffer in buffer.copyBytes(from: path.utf8.prefix(107)) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(result == 0 && Glibc.listen(descriptor, 4) == 0)
        return descriptor
    }

    /// Answers one request with its own first bytes.
    private static func answerOnce(_ listener: Int32) {
        let peer = accept(listener, nil, nil)
        guard peer >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = buffer.withUnsafeMutableBytes { read(peer, $0.baseAddress, $0.count) }
        let head = Array("HTTP/1.1 200 OK\r\nContent-Length: \(max(0, count))\r\n\r\n".utf8)
        let answer = head + buffer[..<max(0, count)]
        _ = answer.withUnsafeBytes { write(peer, $0.baseAddress, $0.count) }
        close(peer)
    }
}
