/// One request, as a value.
///
/// Redirects are never followed, and compressed answers (gzip, deflate, zstd, brotli) arrive decoded.
package struct HTTPRequest: Sendable, Hashable {
    /// The method, in capitals.
    package var method: String

    /// An absolute `http://` or `https://` URL, already percent-encoded.
    package var url: String

    /// Fields to send. Fields named here replace those that the client would add.
    package var headers: [HTTPHeader]

    /// The body to send; it may be empty.
    package var body: [UInt8]

    /// The longest time from the call to the last byte, waiting for a free slot and connecting included; at most
    /// a week.
    package var deadline: Duration

    /// The most bytes of body to accept, counted both on the wire and decoded.
    package var maximumBytes: Int

    /// How the peer proves who it is, and how we do.
    package var security: HTTPSecurity

    /// Sent as `Authorization: Bearer …`, unless `headers` has an `Authorization` of its own.
    package var token: BearerToken?

    /// The path of a Unix socket to connect to instead of the URL's host; at most 107 bytes. The URL then only says
    /// what is asked for.
    package var unixSocket: String?

    package init(
        method: String = "GET",
        url: String,
        headers: [HTTPHeader] = [],
        body: [UInt8] = [],
        deadline: Duration = .seconds(4),
        maximumBytes: Int = 100_000_000,
        security: HTTPSecurity = HTTPSecurity(),
        token: BearerToken? = nil,
        unixSocket: String? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.deadline = deadline
        self.maximumBytes = maximumBytes
        self.security = security
        self.token = token
        self.unixSocket = unixSocket
    }
}

extension HTTPRequest: CustomStringConvertible {
    /// The method and the URL without credentials and query.
    package var description: String {
        "\(method) \(shownURL)"
    }

    /// The URL for a message: without credentials, query and fragment, of bounded length.
    package var shownURL: String {
        RequestAddress.redact(url)
    }
}
