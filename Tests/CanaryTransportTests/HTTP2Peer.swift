import CanaryTestKit

/// The server's half of HTTP/2 (RFC 9113), as much as a client that only reads needs.
///
/// It answers streams in reverse order, and none before `count` of them are open, which only a client that
/// multiplexes survives.
struct HTTP2Peer {
    /// How the streams end.
    enum Ending: Sendable {
        case complete
        case reset
        case halfBody
        case garbage
    }

    let count: Int
    let ending: Ending

    private enum FrameType: UInt8 {
        case data = 0
        case headers = 1
        case reset = 3
        case settings = 4
    }

    func talk(on connection: HostileConnection) throws {
        guard try connection.read(exactly: 24).elementsEqual("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) else {
            return
        }
        try connection.write(Self.frame(.settings, flags: 0, stream: 0, []))
        var streams: [UInt32] = []
        while true {
            let head = try connection.read(exactly: 9)
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            _ = try connection.read(exactly: length)
            let isAcknowledgement = head[4] & 1 == 1
            switch FrameType(rawValue: head[3]) {
            case .settings where !isAcknowledgement:
                try connection.write(Self.frame(.settings, flags: 1, stream: 0, []))
            case .headers:
                streams.append(head[5...8].reduce(0) { $0 << 8 | UInt32($1) })
                if streams.count == count {
                    for stream in streams.reversed() {
                        try answer(stream, on: connection)
                    }
                    streams = []
                }
            default:
                break
            }
        }
    }

    private func answer(_ stream: UInt32, on connection: HostileConnection) throws {
        // An indexed field, ":status: 200", and a literal one, "content-length: 2" (RFC 7541 §6).
        let fields: [UInt8] = [0x88, 0x0F, 0x0D, 0x01, UInt8(ascii: "2")]
        if ending == .garbage {
            return try connection.write(Self.frame(.headers, flags: 4, stream: stream, [0xFF, 0xFF, 0xFF, 0xFF]))
        }
        try connection.write(Self.frame(.headers, flags: 4, stream: stream, fields))
        switch ending {
        case .complete: try connection.write(Self.frame(.data, flags: 1, stream: stream, Array("ok".utf8)))
        case .halfBody: try connection.write(Self.frame(.data, flags: 1, stream: stream, Array("o".utf8)))
        default: try connection.write(Self.frame(.reset, flags: 0, stream: stream, [0, 0, 0, 2]))
        }
    }

    private static func frame(_ type: FrameType, flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let length = UInt32(payload.count)
        let head = [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type.rawValue, flags]
        return head + (0..<4).map { UInt8(stream >> (24 - 8 * $0) & 255) } + payload
    }
}
