import CCurl

/// One exchange in progress: libcurl's handle and what has arrived so far.
///
/// libcurl's callbacks get an unretained pointer to it, so it is kept in the client's table from the moment it is added
/// to the multi handle until it is removed again.
final class Transfer {
    /// Where the body goes.
    enum Sink {
        /// It is collected, to be taken once complete.
        case whole

        /// It is taken as it comes. When this many bytes wait, the transfer pauses.
        case stream(capacity: Int)
    }

    /// What becomes of bytes that arrived.
    enum Reception {
        case taken
        /// The transfer ends.
        case refused
        /// Nothing was taken; libcurl keeps the bytes and offers them again when the pause ends.
        case pause
    }

    let easy: EasyHandle
    let address: RequestAddress
    let request: HTTPRequest

    let id: TransferID
    let limits: HTTPClient.Configuration
    let sink: Sink
    var fields = StringList()
    var connections = StringList()
    private(set) var head = ResponseHead()
    private(set) var isPaused = false
    /// When the last byte came, of the head or the body; kept for streams only.
    private(set) var lastArrival: ContinuousClock.Instant
    private var body: [UInt8] = []
    private var ownFailure: TransportError?
    let errorText: UnsafeMutablePointer<CChar>

    /// Prepares a transfer that may take the time that is left, in milliseconds.
    init(
        _ request: HTTPRequest,
        id: TransferID,
        to address: RequestAddress,
        within milliseconds: Int,
        sink: Sink = .whole,
        configuration: HTTPClient.Configuration
    ) throws(TransportError) {
        easy = try EasyHandle()
        self.address = address
        self.request = request
        self.id = id
        self.sink = sink
        limits = configuration
        lastArrival = .now
        errorText = .allocate(capacity: Int(CURL_ERROR_SIZE))
        errorText.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))

        try setBounds(milliseconds: milliseconds)
        try setCallbacks()
        try setAddress()
        try setMethod()
        try setFields()
        try setSecurity()
    }

    deinit {
        // The handle is freed after this and must not write there.
        _ = canary_curl_set_pointer(easy.pointer, CURLOPT_ERRORBUFFER, nil)
        errorText.deallocate()
    }

    /// Why a transfer that ended is not complete; nil if it is.
    func failure(_ result: CURLcode) -> TransportError? {
        if let ownFailure {
            return ownFailure
        }
        guard result == CURLE_OK else {
            let detail = String(cString: errorText)
            return TransportError(result, detail: detail, address: address.redacted, request: request)
        }
        guard head.isComplete else {
            // libcurl takes a connection that ends within the header for the end of an answer without body.
            return TransportError(
                CURLE_PARTIAL_FILE,
                detail: "the header ended early",
                address: address.redacted,
                request: request
            )
        }
        return nil
    }

    /// The answer, or why there is none.
    func outcome(_ result: CURLcode) -> Result<HTTPResponse, TransportError> {
        if let failure = failure(result) {
            return .failure(failure)
        }
        let version: HTTPVersion =
            switch easy.number(CURLINFO_HTTP_VERSION) {
            case Int(CURL_HTTP_VERSION_1_0): .http10
            case Int(CURL_HTTP_VERSION_1_1): .http11
            case Int(CURL_HTTP_VERSION_2_0): .http2
            default: .other
            }
        let ip = easy.text(CURLINFO_PRIMARY_IP)
        return .success(
            HTTPResponse(
                status: easy.number(CURLINFO_RESPONSE_CODE),
                headers: head.headers,
                body: body,
                httpVersion: version,
                duration: .microseconds(easy.offset(CURLINFO_TOTAL_TIME_T)),
                remote: "\(ip.contains(":") ? "[\(ip)]" : ip):\(easy.number(CURLINFO_PRIMARY_PORT))"
            )
        )
    }

    /// Whether bytes of a stream's body wait to be taken.
    var hasWaitingBytes: Bool {
        !body.isEmpty
    }

    /// Takes out what has arrived of a stream's body; `resume` is to follow.
    func takeWaitingBytes() -> [UInt8] {
        let bytes = body
        body = []
        return bytes
    }

    /// Lets a paused transfer go on; libcurl may hand over what it kept before this returns.
    func resume() {
        guard isPaused else {
            return
        }
        isPaused = false
        lastArrival = .now
        _ = curl_easy_pause(easy.pointer, CURLPAUSE_CONT)
    }

    // MARK: - What arrives

    /// Takes a piece of the decoded body.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Reception {
        if case .stream(let capacity) = sink {
            guard body.isEmpty || bytes.count <= capacity - body.count else {
                isPaused = true
                return .pause
            }
            lastArrival = .now
            body.append(contentsOf: bytes)
            return .taken
        }
        guard bytes.count <= request.maximumBytes - body.count else {
            ownFailure = .tooLarge(address.redacted, what: "body", limit: request.maximumBytes)
            return .refused
        }
        if body.isEmpty {
            // The announced length is a hint only: it may be a lie, or that of the compressed form.
            let announced = easy.offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
            body.reserveCapacity(max(bytes.count, Int(clamping: min(announced, 1 << 20))))
        }
        body.append(contentsOf: bytes)
        return .taken
    }

    /// Takes one line of the header.
    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Reception {
        guard head.append(bytes, limit: limits.maximumHeaderBytes) else {
            ownFailure = .tooLarge(address.redacted, what: "header", limit: limits.maximumHeaderBytes)
            return .refused
        }
        return .taken
    }

    /// Looks at the bytes of body on the wire; false ends the transfer.
    func mayContinue(received: curl_off_t) -> Bool {
        guard case .whole = sink else {
            return true
        }
        guard received <= curl_off_t(request.maximumBytes) else {
            ownFailure = .tooLarge(address.redacted, what: "body on the wire", limit: request.maximumBytes)
            return false
        }
        return true
    }
}
