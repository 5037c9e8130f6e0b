import CanaryTestKit
import CanaryYAML
import Glibc

/// A client that says exactly what a test wants to say, on one blocking connection.
final class PlainClient {
    /// The connection ended where it must not.
    struct Broken: Error {}

    struct Answer {
        var code = 0
        /// Names in lower case.
        var headers: [(name: String, value: String)] = []
        var body: [UInt8] = []

        var json: JSONValue { (try? JSONText.parse(body)) ?? .null }
        var text: String { String(decoding: body, as: UTF8.self) }

        func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }

        /// What a table of expectations compares: the code, and the reason of a Status.
        var summary: String { "\(code) \(json["reason"]?.string ?? json["kind"]?.string ?? "text")" }
    }

    var token: String? = FakeAPIServer.token
    private let descriptor: Int32
    private var buffer: [UInt8] = []

    init(_ server: FakeAPIServer) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = server.port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                connect(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        // No test waits longer for a byte.
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        guard result == 0 else {
            close(descriptor)
            throw Broken()
        }
    }

    deinit { close(descriptor) }

    func get(_ path: String) throws -> Answer { try send("GET", path) }

    /// Sends a JSON patch.
    func patch(_ path: String, _ patch: String) throws -> Answer {
        try send("PATCH", path, patch, type: "application/json-patch+json")
    }

    func merge(_ path: String, _ patch: String) throws -> Answer {
        try send("PATCH", path, patch, type: "application/merge-patch+json")
    }

    func send(_ method: String, _ path: String, _ body: String = "", type: String = "application/json") throws -> Answer
    {
        try write(method, path, body, type: type)
        var answer = try readHead()
        if answer.header("transfer-encoding") == "chunked" {
            while let chunk = try readChunk() { answer.body += chunk }
        } else {
            answer.body = try read(exactly: Int(answer.header("content-length") ?? "") ?? 0)
        }
        return answer
    }

    /// Begins a watch and reads its head.
    func watch(_ path: String) throws -> Answer {
        try write("GET", path + (path.contains("?") ? "&" : "?") + "watch=true", "", type: "")
        return try readHead()
    }

    /// The next line of a watch; nil at an end in good order.
    func line() throws -> JSONValue? { try readChunk().map { try JSONText.parse($0) } }

    /// The next line of a watch as its type, its object's name, and its revision if it is a bookmark.
    func event() throws -> String? {
        try line().map { line in
            let metadata = line["object"]?["metadata"]
            let code = line["object"]?["code"]?.integer.map(String.init)
            return "\(line["type"]?.string ?? "?") \(metadata?["name"]?.string ?? code ?? "-")"
        }
    }

    /// Whether the connection ends in the middle of what is tried.
    func breaksOff(_ attempt: (PlainClient) throws -> Void) -> Bool {
        do {
            try attempt(self)
            return false
        } catch {
            return error is Broken
        }
    }

    /// Whether a server refuses connections.
    static func isRefused(by server: FakeAPIServer) -> Bool { (try? PlainClient(server)) == nil }

    func write(_ bytes: [UInt8]) throws {
        guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else { throw Broken() }
    }

    /// What comes until the other side closes.
    func rest() -> String {
        while let more = try? fill(), more {}
        return String(decoding: buffer, as: UTF8.self)
    }

    private func write(_ method: String, _ path: String, _ body: String, type: String) throws {
        var lines = ["\(method) \(path) HTTP/1.1", "Host: localhost", "User-Agent: haldane-test/1"]
        if let token { lines.append("Authorization: Bearer \(token)") }
        if !body.isEmpty { lines += ["Content-Type: \(type)", "Content-Length: \(body.utf8.count)"] }
        try write(Array(((lines + ["", ""]).joined(separator: "\r\n") + body).utf8))
    }

    private func readHead() throws -> Answer {
        var answer = Answer()
        answer.code = Int(try readLine().split(separator: " ").dropFirst().first ?? "") ?? 0
        while case let line = try readLine(), !line.isEmpty {
            let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
            answer.headers.append((parts[0].lowercased(), String((parts.last ?? "").drop { $0 == " " })))
        }
        return answer
    }

    private func readChunk() throws -> [UInt8]? {
        guard let size = Int(try readLine(), radix: 16) else { throw Broken() }
        let bytes = try read(exactly: size)
        _ = try readLine()
        return size == 0 ? nil : bytes
    }

    private func readLine() throws -> String {
        while true {
            if let end = buffer.firstIndex(of: 10) {
                let line = String(decoding: buffer[..<end].filter { $0 != 13 }, as: UTF8.self)
                buffer.removeFirst(end + 1)
                return line
            }
            guard try fill() else { throw Broken() }
        }
    }

    private func read(exactly count: Int) throws -> [UInt8] {
        while buffer.count < count {
            guard try fill() else { throw Broken() }
        }
        defer { buffer.removeFirst(count) }
        return Array(buffer[..<count])
    }

    private func fill() throws -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16384)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count >= 0 else { throw Broken() }
        buffer += chunk[..<count]
        return count > 0
    }
}

/// Paths of the demo objects.
enum Demo {
    static let istio = "/apis/networking.istio.io/v1/namespaces/test1/virtualservices"
    static let virtualService = istio + "/demo4-vs"
    static let httpRoute = "/apis/gateway.networking.k8s.io/v1/namespaces/test1/httproutes/demo4"
    static let pods = "/api/v1/namespaces/test1/pods"
    static let leases = "/apis/coordination.k8s.io/v1/namespaces/test1/leases"
    static let events = "/apis/events.k8s.io/v1/namespaces/test1/events"

    /// A JSON Patch that sets the two weights of a VirtualService.
    static func weights(_ stable: Int, _ canary: Int) -> String {
        """
        [{"op":"replace","path":"/spec/http/0/route/0/weight","value":\(stable)},
         {"op":"replace","path":"/spec/http/0/route/1/weight","value":\(canary)}]
        """
    }

    /// A bare object, as somebody would write it.
    static func document(_ apiVersion: String, _ kind: String, _ name: String, _ rest: String = "") -> String {
        """
        {"apiVersion":"\(apiVersion)","kind":"\(kind)","metadata":{"name":"\(name)","namespace":"test1"}\(rest)}
        """
    }
}
