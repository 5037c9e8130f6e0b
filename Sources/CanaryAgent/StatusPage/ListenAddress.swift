import CanaryCore

/// Where a status page listens: `127.0.0.1:9911`, `[::1]:9911`, `localhost:0`; a port alone is on loopback.
package struct ListenAddress: Sendable, Hashable, CustomStringConvertible {
    /// An address or a name, without brackets.
    package let host: String
    /// 0 lets the system choose one.
    package let port: UInt16

    package init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    package init(_ text: String) throws(AgentError) {
        let (host, port) = try Self.parts(text)
        guard !port.isEmpty, port.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = UInt16(port) else {
            throw Self.fault(text, "'\(port.prefix(20))' is not a port from 0 to 65535")
        }
        let allowed = host.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x3A, 0x25, 0x5F: true
            default: false
            }
        }
        guard allowed, host.utf8.count <= 253 else {
            throw Self.fault(text, "'\(host.prefix(40))' is not an address or a name")
        }
        self.init(host: host.isEmpty ? "127.0.0.1" : host, port: number)
    }

    /// As in a URL.
    package var description: String { "\(host.contains(":") ? "[\(host)]" : host):\(port)" }

    /// Whether only this machine can reach it.
    package var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }

    private static func parts(_ text: String) throws(AgentError) -> (host: String, port: String) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]"), text[end...].hasPrefix("]:") else {
                throw fault(text, "after the address in brackets there must be a colon and a port")
            }
            let host = text[text.index(after: text.startIndex)..<end]
            guard host.contains(":") else { throw fault(text, "only IPv6 addresses stand in brackets") }
            return (String(host), String(text[text.index(end, offsetBy: 2)...]))
        }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        switch parts.count {
        case 1:
            guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                throw fault(text, "it has no port")
            }
            return ("", text)
        case 2: return (String(parts[0]), String(parts[1]))
        default: throw fault(text, "an IPv6 address has to stand in brackets")
        }
    }

    private static func fault(_ text: String, _ cause: String) -> AgentError {
        AgentError(
            "--listen '\(text.prefix(80))' is not an address to listen at",
            cause: cause,
            hint: "write 127.0.0.1:9911, [::1]:9911, or a port alone; port 0 picks a free one",
            exitCode: .usage
        )
    }
}
