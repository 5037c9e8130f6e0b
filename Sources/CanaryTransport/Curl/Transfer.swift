import CCurl

/// One exchange in progress: libcurl's handle and what has arrived so far.
///
/// libcurl's callbacks get an unretained pointer to it, so it is kept in the client's table from the moment it is added
/// to the multi handle until it is removed again. It collects the body; a later streaming form needs another sink here
/// and nothing else.
final class Transfer {
    let easy: EasyHandle
    let address: RequestAddress
    let request: HTTPRequest

    let id: TransferID
    let limits: HTTPClient.Configuration
    var fields = StringList()
    var connections = StringList()
    private var head = ResponseHead()
    private var body: [UInt8] = []
    private var ownFailure: TransportError?
    let errorText: UnsafeMutablePointer<CChar>

    /// Prepares a transfer that may take the time that is left, in milliseconds.
    init(
        _ request: HTTPRequest,
        id: TransferID,
        to address: RequestAddress,
        within milliseconds: Int,
        configuration: HTTPClient.Configuration
    ) throws(TransportError) {
        easy = try EasyHandle()
        self.address = address
        self.request = request
        self.id = id
        limits = configuration
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

    /// The answer, or why there is none.
    func outcome(_ result: CURLcode) -> Result<HTTPResponse, TransportError> {
        if let ownFailure {
            return .failure(ownFailure)
        }
        guard result == CURLE_OK else {
            let detail = String(cString: errorText)
            return .failure(TransportError(result, detail: detail, address: address.redacted, request: request))
        }
        guard head.isComplete else {
            // libcurl takes a connection that ends within the header for the end of an answer without body.
            return .failure(
                TransportError(
                    CURLE_PARTIAL_FILE,
                    detail: "the header ended early",
                    address: address.redacted,
                    request: request
                )
            )
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

    // MARK: - What arrives

    /// Takes a piece of the decoded body; false ends the transfer.
    func receiveBody(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= request.maximumBytes - body.count else {
            ownFailure = .tooLarge(address.redacted, what: "body", limit: request.maximumBytes)
            return false
        }
        if body.isEmpty {
            // The announced length is a hint only: it may be a lie, or that of the compressed form.
            let announced = easy.offset(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T)
            body.reserveCapacity(max(bytes.count, Int(clamping: min(announced, 1 << 20))))
        }
        body.append(contentsOf: bytes)
        return true
    }

    /// Takes one line of the header; false ends the transfer.
    func receiveHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard head.append(bytes, limit: limits.maximumHeaderBytes) else {
            ownFailure = .tooLarge(address.redacted, what: "header", limit: limits.maximumHeaderBytes)
            return false
        }
        return true
    }

    /// Looks at the bytes of body on the wire; false ends the transfer.
    func mayContinue(received: curl_off_t) -> Bool {
        guard received <= curl_off_t(request.maximumBytes) else {
            ownFailure = .tooLarge(address.redacted, what: "body on the wire", limit: request.maximumBytes)
            return false
        }
        return true
    }
}
