import Glibc

/// One accepted connection of a `HostileServer`, with blocking reads and writes on its own thread.
package struct HostileConnection: Sendable {
    /// The peer went away.
    package struct Gone: Error {}

    /// The number of the connection, from 0.
    package let number: Int

    private let descriptor: Int32
    private let record: @Sendable (HostileServer.Request) -> Void

    init(descriptor: Int32, number: Int, record: @escaping @Sendable (HostileServer.Request) -> Void) {
        self.descriptor = descriptor
        self.number = number
        self.record = record
    }

    /// Sends all bytes.
    package func write(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                send(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR {
                continue
            }
            guard count > 0 else {
                throw Gone()
            }
            sent += count
        }
    }

    /// Receives what is there, up to the given number of bytes; empty when the peer has closed.
    package func read(upTo maximum: Int) throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: maximum)
        while true {
            let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
            if count < 0 && errno == EINTR {
                continue
            }
            guard count >= 0 else {
                throw Gone()
            }
            return Array(buffer[..<count])
        }
    }

    /// Receives exactly the given number of bytes.
    package func read(exactly count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try read(upTo: count - bytes.count)
            guard !more.isEmpty else {
                throw Gone()
            }
            bytes += more
        }
        return bytes
    }

    /// Receives one HTTP/1.1 request with an optional `Content-Length`; nil when the peer has closed before it.
    package func readRequest() throws -> HostileServer.Request? {
        var bytes: [UInt8] = []
        while !bytes.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            // One byte at a time: what follows the header belongs to the body or to the next request.
            let next = try read(upTo: 1)
            guard !next.isEmpty else {
                guard bytes.isEmpty else {
                    throw Gone()
                }
                return nil
            }
            bytes += next
        }
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n").map(String.init)
        let words = (lines.first ?? "").split(separator: " ").map(String.init)
        let headers = lines.dropFirst().map { line in
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            return (name: (parts.first ?? "").lowercased(), value: String(value))
        }
        let length = headers.first { $0.name == "content-length" }.flatMap { Int($0.value) } ?? 0
        let request = HostileServer.Request(
            method: words.first ?? "",
            target: words.count > 1 ? words[1] : "",
            headers: headers,
            body: try read(exactly: length),
            connection: number
        )
        record(request)
        return request
    }

    /// Performs a step; false if the connection is to be closed.
    package func perform(_ step: HostileServer.Step) throws -> Bool {
        switch step {
        case .send(let bytes):
            try write(bytes)
            return true
        case .sendForever(let bytes, let pause):
            while try !peerLeaves(within: pause) {
                try write(bytes)
            }
            return false
        case .stall:
            while try !read(upTo: 4096).isEmpty {}
            return false
        case .close:
            return false
        case .reset:
            var lingering = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &lingering, socklen_t(MemoryLayout<linger>.size))
            return false
        }
    }

    /// Waits the given time for the peer to close or to send.
    private func peerLeaves(within pause: Duration) throws -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let milliseconds = pause.components.seconds * 1000 + pause.components.attoseconds / 1_000_000_000_000_000
        guard poll(&entry, 1, Int32(clamping: milliseconds)) > 0 else {
            return false
        }
        return try read(upTo: 4096).isEmpty
    }
}
