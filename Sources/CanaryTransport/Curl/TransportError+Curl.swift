import CCurl

extension TransportError {
    /// The error of a finished transfer.
    ///
    /// libcurl uses one code for several things in three places (a broken chunk, a TLS alert and a reset are all
    /// "failure when receiving"); there its text decides, and a text that is not known means a lost connection.
    init(_ result: CURLcode, detail: String, address: String, request: HTTPRequest) {
        let code = Code(result, detail: detail)
        let library = String(cString: curl_easy_strerror(result))
        self.init(
            code: code,
            message: Self.message(code, address: address, request: request),
            cause: Self.printable(detail.isEmpty ? library : detail),
            hint: Self.hint(code, request: request)
        )
    }

    /// The request was given up by us.
    static func cancelled(_ address: String, cause: String) -> TransportError {
        TransportError(code: .cancelled, message: "the request to \(address) was cancelled", cause: cause)
    }

    /// The deadline passed while the request waited for a free slot.
    static func expired(_ address: String, request: HTTPRequest) -> TransportError {
        TransportError(
            code: .timedOut,
            message: message(.timedOut, address: address, request: request),
            cause: "it waited for a free slot until then",
            hint: "allow more requests in flight, or ask for less at once"
        )
    }

    /// No head of a stream came before the request's deadline.
    static func headless(_ address: String, request: HTTPRequest) -> TransportError {
        TransportError(
            code: .timedOut,
            message: "\(address) did not begin to answer within \(request.deadline.inHundredths)",
            hint: hint(.timedOut, request: request)
        )
    }

    /// A stream brought nothing for too long.
    static func silent(_ address: String, idle: Duration) -> TransportError {
        TransportError(code: .timedOut, message: "\(address) has sent nothing for \(idle)")
    }

    /// Too many streams are open.
    static func tooManyStreams(_ address: String, count: Int) -> TransportError {
        TransportError(
            code: .saturated,
            message: "the request to \(address) was not sent",
            cause: "\(count) streams are open already",
            hint: "end one of them first"
        )
    }

    /// One of our own limits stopped the transfer.
    static func tooLarge(_ address: String, what: String, limit: Int) -> TransportError {
        TransportError(
            code: .tooLarge,
            message: "the answer of \(address) is too large",
            cause: "its \(what) exceeds \(limit) bytes",
            hint: "check that the URL is the right one, or raise the limit"
        )
    }

    /// libcurl refused a setting or had no memory.
    static func setup(_ reason: String) -> TransportError {
        TransportError(code: .other, message: "the HTTP client could not prepare a request", cause: printable(reason))
    }

    private static func message(_ code: Code, address: String, request: HTTPRequest) -> String {
        switch code {
        case .refused: "nothing accepts connections at \(address)"
        case .timedOut: "\(address) gave no complete answer within \(request.deadline.inHundredths)"
        case .tooLarge: "the answer of \(address) is too large"
        case .tls: "no trusted connection to \(address) could be made"
        case .dns: "the host of \(address) could not be found"
        case .protocolViolation: "the answer of \(address) is not valid HTTP"
        case .truncated: "the connection to \(address) ended before the answer was complete"
        case .credentials: "the client certificate for \(address) cannot be used"
        case .invalidURL: "the URL '\(address)' cannot be used"
        default: "the request to \(address) failed"
        }
    }

    private static func hint(_ code: Code, request: HTTPRequest) -> String? {
        switch code {
        case .refused: "check the address and port, and that the process is up"
        case .dns: "check the host name and this machine's resolver"
        case .protocolViolation: "check that the port speaks HTTP, and whether it expects https"
        case .truncated where request.url.hasPrefix("https") && !request.security.namesClient:
            "it may be restarting; some peers also close like this when they want a client certificate"
        case .credentials: "check the client certificate and key files and that they belong together"
        case .tls where !request.security.namesAuthority:
            "name the authority that signed the peer's certificate, if it is a private one"
        case .tls: "check the authority, the name in the peer's certificate, and whether it wants a client certificate"
        default: nil
        }
    }

    /// The first 300 characters, with control characters replaced: parts of the text may come from the peer.
    private static func printable(_ text: String) -> String {
        String(text.unicodeScalars.prefix(300).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}

extension TransportError.Code {
    init(_ result: CURLcode, detail: String) {
        switch result {
        case CURLE_COULDNT_CONNECT:
            self = .refused
        case CURLE_OPERATION_TIMEDOUT:
            self = .timedOut
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY:
            self = .dns
        case CURLE_URL_MALFORMAT:
            self = .invalidURL
        case CURLE_FILESIZE_EXCEEDED, CURLE_OUT_OF_MEMORY:
            // A header line above libcurl's own 100 KB ends in "out of memory"; a real lack of memory ends the process.
            self = .tooLarge
        case CURLE_SSL_CERTPROBLEM:
            self = .credentials
        case CURLE_SSL_CONNECT_ERROR:
            let isLost = ["SYSCALL", "Recv failure", "reset by peer", "unexpected eof"].contains { detail.contains($0) }
            self = isLost ? .truncated : .tls
        case CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_CLIENTCERT, CURLE_SSL_CIPHER,
            CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CRL_BADFILE, CURLE_SSL_INVALIDCERTSTATUS, CURLE_USE_SSL_FAILED:
            self = .tls
        case CURLE_UNSUPPORTED_PROTOCOL, CURLE_WEIRD_SERVER_REPLY, CURLE_BAD_CONTENT_ENCODING, CURLE_HTTP2:
            // "Unsupported protocol" is HTTP/0.9 here: schemes were checked before.
            self = .protocolViolation
        case CURLE_RECV_ERROR where detail.contains("alert"):
            self = .tls
        case CURLE_RECV_ERROR where detail.contains("chunked"):
            self = .protocolViolation
        case CURLE_PARTIAL_FILE, CURLE_GOT_NOTHING, CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_HTTP2_STREAM:
            self = .truncated
        default:
            self = .other
        }
    }
}

extension HTTPSecurity {
    /// Whether it names authorities of its own.
    fileprivate var namesAuthority: Bool {
        certificateAuthorityFile != nil || certificateAuthority != nil
    }

    /// Whether it has a certificate to show.
    fileprivate var namesClient: Bool {
        clientCertificateFile != nil || clientCertificate != nil
    }
}

extension Duration {
    /// To a hundredth of a second: what is left of a deadline has more digits than a reader wants.
    fileprivate var inHundredths: Duration {
        let (seconds, attoseconds) = components
        let hundredths = (attoseconds + 5_000_000_000_000_000) / 10_000_000_000_000_000
        return .seconds(seconds) + .milliseconds(hundredths * 10)
    }
}
