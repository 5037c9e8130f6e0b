import CanaryCore
import CanaryTransport
import FoundationEssentials

/// One question as a form that is posted.
struct PrometheusRequest: Sendable {
    let server: PrometheusSpec
    /// `query` or `query_range`.
    let path: String
    let query: String
    let fields: [(name: String, value: String)]

    /// The request with everything that the spec says about who asks; secrets are read now.
    func http(deadline: Duration) throws(SourceError) -> HTTPRequest {
        var request = HTTPRequest(
            method: "POST",
            url: Self.address(server.url, path),
            headers: [HTTPHeader(name: "Content-Type", value: "application/x-www-form-urlencoded")],
            body: Array(form(deadline).utf8),
            deadline: deadline,
            security: HTTPSecurity(server.security),
            token: server.security.tokenFile.map { .file($0) }
        )
        request.headers.append(HTTPHeader(name: "Accept", value: "application/json"))
        for (name, value) in server.headers.sorted(by: { $0.key < $1.key }) {
            request.headers.append(HTTPHeader(name: name, value: value))
        }
        if let authorization = try authorization() {
            request.headers.append(HTTPHeader(name: "Authorization", value: authorization))
            request.token = nil
        }
        return request
    }

    private func form(_ deadline: Duration) -> String {
        var fields = [(name: "query", value: query)] + self.fields
        // VictoriaMetrics answers questions about now for half a minute ago, and moves the moments of a range, unless asked not to.
        fields.append(("nocache", "1"))
        // The server should not go on when nobody listens any more.
        fields.append(("timeout", "\(max(1, deadline.wholeMilliseconds))ms"))
        return fields.map { "\($0.name)=\(Self.encoded($0.value))" }.joined(separator: "&")
    }

    private func authorization() throws(SourceError) -> String? {
        if let username = server.username {
            let password: [UInt8]
            if let file = server.passwordFile {
                password = try SecretFile.read(file)
            } else {
                password = Array((server.password ?? "").utf8)
            }
            return "Basic " + Data(Array(username.utf8) + [UInt8(ascii: ":")] + password).base64EncodedString()
        }
        return server.token.map { "Bearer \($0)" }
    }

    /// The address of an endpoint: behind the server's prefix, whether it ends with a slash, with `/api/v1` or neither.
    static func address(_ url: String, _ path: String) -> String {
        let mark = url.firstIndex { $0 == "?" || $0 == "#" } ?? url.endIndex
        var base = String(url[..<mark])
        while base.hasSuffix("/") { base.removeLast() }
        if base.hasSuffix("/api/v1") { base.removeLast(7) }
        let tail = url[mark...].first == "?" ? url[mark...].prefix { $0 != "#" } : ""
        return base + "/api/v1/" + path + tail
    }

    /// A moment as the API takes it: seconds with milliseconds.
    static func seconds(_ milliseconds: Int64) -> String {
        let sign = milliseconds < 0 ? "-" : ""
        let fraction = String(milliseconds.magnitude % 1000 + 1000).dropFirst()
        return "\(sign)\(milliseconds.magnitude / 1000).\(fraction)"
    }

    private static func encoded(_ text: String) -> String {
        var encoded: [UInt8] = []
        encoded.reserveCapacity(text.utf8.count * 2)
        let digits = Array("0123456789ABCDEF".utf8)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                encoded.append(byte)
            default: encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }
}
