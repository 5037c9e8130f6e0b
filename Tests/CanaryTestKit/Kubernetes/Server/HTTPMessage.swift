import Glibc

/// A request as it came over the wire.
struct HTTPMessage: Sendable {
    var method: String
    var target: String
    /// Names in lower case.
    var headers: [(name: String, value: String)]
    var body: [UInt8]

    /// Whether the peer expects the connection to end with the answer.
    var isLast = false

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
}

/// One accepted connection that speaks HTTP/1.1, with blocking reads and writes on its own thread.
struct HTTPConnection {
    /// The peer went away.
    struct Gone: Error {}

    /// What the peer sent cannot be understood, or is too much.
    struct Refused: Error {
        let code: Int
        let message: String
    }

    let descriptor: Int32
    private var buffer: [UInt8] = []

    private static let mostHeaderBytes = 64 * 1024
    static let mostBodyBytes = 3 * 1024 * 1024

    init(descriptor: Int32) {
        self.descriptor = descriptor
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
        // A peer that does not read must not hold the thread for ever.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    }

    /// The next request; nil when the peer has closed in good order.
    mutating func readMessage() throws -> HTTPMessage? {
        guard var message = try readHead() else { return nil }
        if message.header("expect")?.lowercased() == "100-continue" {
            try write(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8))
        }
        if message.header("transfer-encoding")?.lowercased().contains("chunked") == true {
            message.body = try readChunks()
        } else if let text = message.header("content-length") {
            guard let length = Int(text), length >= 0 else {
                throw Refused(code: 400, message: "bad Content-Length")
            }
            message.body = try take(length)
        }
        return message
    }

    func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw Gone() }
            sent += count
        }
    }

    /// Waits for the peer to leave, for the time to pass, or for a byte at another descriptor; true if the peer left.
    func peerLeaves(within pause: Duration?, or other: Int32 = -1) -> Bool {
        let hangup = Int16(0x2000)  // POLLRDHUP
        var entries = [
            pollfd(fd: descriptor, events: hangup, revents: 0), pollfd(fd: other, events: Int16(POLLIN), revents: 0),
        ]
        let milliseconds: Int32 =
            pause.map { pause in
                let parts = pause.components
                let whole = parts.seconds.multipliedReportingOverflow(by: 1000)
                guard !whole.overflow else { return Int32.max }
                // Rounded up, so that a wait does not end just before its time.
                return Int32(
                    clamping: whole.partialValue + (parts.attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
                )
            } ?? -1
        let ready = poll(&entries, 2, milliseconds)
        return ready > 0 && entries[0].revents != 0
    }

    /// Reads what a peer goes on to send, for a while: closed at once, the connection would be reset under the answer.
    func drain() {
        shutdown(descriptor, Int32(SHUT_WR))
        var limit = timeval(tv_sec: 2, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        var left = 64 * 1024 * 1024
        while left > 0 {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            guard count > 0 else { return }
            left -= count
        }
    }

    /// Makes the coming close a reset.
    func prepareReset() {
        var lingering = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
    }

    private mutating func readHead() throws -> HTTPMessage? {
        var searched = 0
        var end: Int?
        while end == nil {
            if buffer.count >= 4 {
                for index in searched...(buffer.count - 4)
                where buffer[index] == 13 && buffer[index + 1] == 10 && buffer[index + 2] == 13
                    && buffer[index + 3] == 10
                {
                    end = index
                    break
                }
                searched = max(0, buffer.count - 3)
            }
            guard end == nil else { break }
            guard buffer.count <= Self.mostHeaderBytes else {
                throw Refused(code: 431, message: "the header is too large")
            }
            guard try fill() else {
                guard buffer.isEmpty else { throw Gone() }
                return nil
            }
        }
        let head = String(decoding: buffer[..<(end ?? 0)], as: UTF8.self)
        buffer.removeFirst((end ?? 0) + 4)
        let lines = head.split(separator: "\r\n").map(String.init)
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        guard words.count == 3, words[2].hasPrefix("HTTP/1."), words[1].hasPrefix("/") else {
            throw Refused(code: 400, message: "this is no HTTP/1.1 request")
        }
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            return (name: (parts.first ?? "").lowercased(), value: String(value))
        }
        var message = HTTPMessage(method: words[0], target: words[1], headers: headers, body: [])
        let connection = message.header("connection")?.lowercased()
        message.isLast = connection == "close" || (words[2] == "HTTP/1.0" && connection != "keep-alive")
        return message
    }

    private mutating func readChunks() throws -> [UInt8] {
        var body: [UInt8] = []
        while true {
            let line = try takeLine()
            let digits = line.prefix { $0 != ";" && $0 != " " }
            guard let size = Int(digits, radix: 16), size >= 0 else { throw Refused(code: 400, message: "bad chunk") }
            guard size <= Self.mostBodyBytes - body.count else {
                throw Refused(code: 413, message: "the body is too large")
            }
            guard size > 0 else { break }
            body += try take(size)
            guard try takeLine().isEmpty else { throw Refused(code: 400, message: "bad chunk") }
        }
        var trailers = 0
        while try !takeLine().isEmpty {
            trailers += 1
            guard trailers < 100 else { throw Refused(code: 400, message: "too many trailers") }
        }
        return body
    }

    private mutating func takeLine() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line
            }
            guard buffer.count < 4096 else { throw Refused(code: 400, message: "a line is too long") }
            guard try fill() else { throw Gone() }
        }
    }

    private mutating func take(_ count: Int) throws -> [UInt8] {
        guard count <= Self.mostBodyBytes else { throw Refused(code: 413, message: "the body is too large") }
        while buffer.count < count {
            guard try fill() else { throw Gone() }
        }
        let bytes = Array(buffer[..<count])
        buffer.removeFirst(count)
        return bytes
    }

    /// Receives what is there; false when the peer has closed.
    private mutating func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16 * 1024)
        while true {
            let count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { throw Gone() }
            buffer += chunk[..<count]
            return count > 0
        }
    }
}
