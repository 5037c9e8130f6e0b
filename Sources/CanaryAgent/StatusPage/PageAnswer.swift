import CanaryReport

/// One HTTP answer of a status page; the connection ends after it.
struct PageAnswer: Sendable, Hashable {
    struct Field: Sendable, Hashable {
        var name: String
        var value: String
    }

    var status: Int
    var type: String
    var body: [UInt8]
    var fields: [Field] = []
    /// What the page may load; nothing for what is not a page.
    var policy = "default-src 'none'; frame-ancestors 'none'"

    init(_ status: Int, _ type: String, _ body: [UInt8]) {
        self.status = status
        self.type = type
        self.body = body
    }

    /// Words for people and probes.
    init(_ status: Int, _ words: String) {
        self.init(status, "text/plain; charset=utf-8", Array((words + "\n").utf8))
    }

    /// Part of a page.
    static func html(_ text: String) -> PageAnswer { PageAnswer(200, "text/html; charset=utf-8", Array(text.utf8)) }

    /// A whole page.
    ///
    /// - Parameter nonce: of its own script, which may run and nothing else; nil for a page without script.
    static func page(_ text: String, nonce: String? = nil) -> PageAnswer {
        var answer = html(text)
        answer.policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
        if let nonce { answer.policy += "connect-src 'self'; script-src 'nonce-\(nonce)'; " }
        answer.policy += "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        return answer
    }

    /// 128 bits that nobody can guess, for one answer.
    static func nonce() -> String {
        var generator = SystemRandomNumberGenerator()
        return String(generator.next(), radix: 36) + String(generator.next(), radix: 36)
    }

    /// A health or a readiness.
    init(_ answer: BoardAnswer) { self.init(answer.isGood ? 200 : 503, answer.words) }

    /// Samples in the format that a client asks for.
    static func metrics(_ samples: [MetricSample], _ format: MetricsPage.Format) -> PageAnswer {
        var answer = PageAnswer(200, format.contentType, Array(MetricsPage(samples).text(format).utf8))
        answer.fields = [Field(name: "Vary", value: "Accept")]
        return answer
    }

    /// - Parameter isHead: leaves the body out and says its length.
    func bytes(isHead: Bool) -> [UInt8] {
        let head = head(length: body.count)
        return isHead ? head : head + body
    }

    /// - Parameter length: nil for a stream, whose end is the connection's.
    func head(length: Int?) -> [UInt8] {
        var text = "HTTP/1.1 \(status) \(Self.words[status] ?? "Error")\r\nContent-Type: \(type)\r\n"
        if let length { text += "Content-Length: \(length)\r\n" }
        text += "Connection: close\r\nCache-Control: no-store\r\nX-Content-Type-Options: nosniff\r\n"
        text += "Referrer-Policy: no-referrer\r\nCross-Origin-Resource-Policy: same-origin\r\n"
        text += "Content-Security-Policy: \(policy)\r\n"
        for field in fields { text += "\(field.name): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8)
    }

    private static let words = [
        200: "OK", 308: "Permanent Redirect", 400: "Bad Request", 403: "Forbidden", 404: "Not Found",
        405: "Method Not Allowed", 408: "Request Timeout", 411: "Length Required", 413: "Content Too Large",
        421: "Misdirected Request", 431: "Request Header Fields Too Large", 503: "Service Unavailable",
    ]
}
