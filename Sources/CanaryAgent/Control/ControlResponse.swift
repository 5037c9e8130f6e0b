import FoundationEssentials

/// One HTTP answer of the control channel; the connection ends after it.
struct ControlResponse: Sendable, Hashable {
    var status: Int
    var body: [UInt8]

    init(_ status: Int, _ body: [UInt8]) {
        self.status = status
        self.body = body
    }

    init(_ status: Int, json value: some Encodable) {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        // Nothing here holds a number that JSON cannot spell.
        self.init(status, Array((try? encoder.encode(value)) ?? Data("{}".utf8)) + [UInt8(ascii: "\n")])
    }

    /// A request that was not understood.
    init(_ status: Int, refusing words: String) {
        self.init(status, json: ["schema": "haldane.error/1", "message": words])
    }

    var bytes: [UInt8] {
        let head =
            "HTTP/1.1 \(status) \(Self.words[status] ?? "Error")\r\nContent-Type: application/json\r\n"
            + "Content-Length: \(body.count)\r\nConnection: close\r\n\r\n"
        return Array(head.utf8) + body
    }

    private static let words = [
        200: "OK", 202: "Accepted", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
        408: "Request Timeout", 409: "Conflict", 411: "Length Required", 413: "Content Too Large",
        431: "Request Header Fields Too Large", 503: "Service Unavailable",
    ]
}
