/// A complete answer of whatever status; a redirect or a failure of the server is an answer, too.
package struct HTTPResponse: Sendable {
    package let status: Int

    /// The fields of the final answer in the order received, without trailers.
    package let headers: [HTTPHeader]

    /// The body, decoded.
    package let body: [UInt8]

    package let httpVersion: HTTPVersion

    /// The time from the start of the exchange to its last byte, without waiting for a free slot.
    package let duration: Duration

    /// The address and port that answered, e.g. `10.0.0.7:15020` or `[fd00::7]:15020`.
    package let remote: String

    package init(
        status: Int,
        headers: [HTTPHeader] = [],
        body: [UInt8] = [],
        httpVersion: HTTPVersion = .http11,
        duration: Duration = .zero,
        remote: String = ""
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.httpVersion = httpVersion
        self.duration = duration
        self.remote = remote
    }

    /// Whether the status is one of 200…299.
    package var isSuccess: Bool {
        (200...299).contains(status)
    }

    /// The value of the first field of the given name, whatever its case.
    package func header(_ name: String) -> String? {
        headers.firstValue(of: name)
    }
}

/// The version of HTTP that an exchange used.
package enum HTTPVersion: String, Sendable, Hashable {
    case http10 = "1.0"
    case http11 = "1.1"
    case http2 = "2"
    case other
}
