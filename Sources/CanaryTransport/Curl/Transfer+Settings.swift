import CCurl
import Glibc

/// The settings of a transfer.
extension Transfer {
    func setBounds(milliseconds: Int) throws(TransportError) {
        try easy.set(CURLOPT_NOSIGNAL, true)
        // A resolver that hangs must not hold the thread when its transfer ends.
        try easy.set(CURLOPT_QUICK_EXIT, true)
        try easy.set(CURLOPT_CONNECTTIMEOUT_MS, milliseconds)
        try easy.set(CURLOPT_BUFFERSIZE, 131_072)
        try easy.set(CURLOPT_MAXLIFETIME_CONN, 600)
        try easy.set(CURLOPT_CA_CACHE_TIMEOUT, 60)
        try easy.set(CURLOPT_TCP_KEEPALIVE, true)
        try easy.set(CURLOPT_TCP_NODELAY, true)
        try easy.set(CURLOPT_FOLLOWLOCATION, false)
        try easy.set(CURLOPT_PROTOCOLS_STR, "http,https")
        switch sink {
        case .whole:
            try easy.set(CURLOPT_TIMEOUT_MS, milliseconds)
            // The empty text offers every encoding that libcurl was built with.
            try easy.set(CURLOPT_ACCEPT_ENCODING, "")
        case .stream:
            // A connection of its own: a paused stream would hold up those that share an HTTP/2 connection with it.
            // Nor is compression offered: libcurl would have to keep what a paused stream decoded.
            try easy.set(CURLOPT_FRESH_CONNECT, true)
            try easy.set(CURLOPT_FORBID_REUSE, true)
        }
    }

    func setCallbacks() throws(TransportError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        try easy.set(CURLOPT_ERRORBUFFER, pointer: UnsafeMutableRawPointer(errorText))
        try easy.set(CURLOPT_WRITEDATA, pointer: context)
        try easy.set(CURLOPT_HEADERDATA, pointer: context)
        try easy.set(CURLOPT_XFERINFODATA, pointer: context)
        try easy.set(CURLOPT_NOPROGRESS, false)
        try easy.check(
            canary_curl_set_data_function(easy.pointer, CURLOPT_WRITEFUNCTION) { data, size, count, context in
                Transfer.pass(data, size &* count, context) { $0.receiveBody($1) }
            }
        )
        try easy.check(
            canary_curl_set_data_function(easy.pointer, CURLOPT_HEADERFUNCTION) { data, size, count, context in
                Transfer.pass(data, size &* count, context) { $0.receiveHeader($1) }
            }
        )
        try easy.check(
            canary_curl_set_progress_function(easy.pointer) { context, _, received, _, _ in
                guard let context else {
                    return 1
                }
                let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
                return transfer.mayContinue(received: received) ? 0 : 1
            }
        )
        try easy.check(
            canary_curl_set_socket_function(easy.pointer) { _, socket, _ in
                // A child process must not inherit connections.
                _ = fcntl(socket, F_SETFD, FD_CLOEXEC)
                return Int32(CURL_SOCKOPT_OK)
            }
        )
    }

    /// Hands bytes of libcurl to the transfer; any other count than the given one ends or pauses the transfer.
    private static func pass(
        _ data: UnsafeMutablePointer<CChar>?,
        _ count: Int,
        _ context: UnsafeMutableRawPointer?,
        to receive: (Transfer, UnsafeRawBufferPointer) -> Reception
    ) -> Int {
        guard let context, count > 0 else {
            return count
        }
        let transfer = Unmanaged<Transfer>.fromOpaque(context).takeUnretainedValue()
        switch receive(transfer, UnsafeRawBufferPointer(start: data, count: count)) {
        case .taken: return count
        case .refused: return -1
        case .pause: return Int(CURL_WRITEFUNC_PAUSE)
        }
    }

    func setAddress() throws(TransportError) {
        if let name = request.security.serverName, address.isEncrypted {
            // The name goes into the URL, from which libcurl takes it for both SNI and verification; the connection
            // and the Host field keep the address asked for.
            try easy.set(CURLOPT_URL, address.withHost(name).text)
            try connections.append("::\(address.host):\(address.port)")
            try easy.set(CURLOPT_CONNECT_TO, connections)
        } else {
            try easy.set(CURLOPT_URL, address.text)
        }
        if let path = request.unixSocket {
            guard (1...107).contains(path.utf8.count) else {
                throw TransportError(
                    code: .invalidRequest,
                    message: "the path of the socket '\(path)' has \(path.utf8.count) bytes, and 107 are possible"
                )
            }
            try easy.set(CURLOPT_UNIX_SOCKET_PATH, path)
        }
        switch limits.proxy {
        case _ where request.unixSocket != nil:
            try easy.set(CURLOPT_NOPROXY, "*")
        case .always(let url):
            try easy.set(CURLOPT_PROXY, url)
            try easy.set(CURLOPT_NOPROXY, "")
        case .none:
            try easy.set(CURLOPT_PROXY, "")
            try easy.set(CURLOPT_NOPROXY, "*")
        case _ where address.isLoopback:
            try easy.set(CURLOPT_NOPROXY, "*")
        case .environment:
            break
        case .url(let url):
            try easy.set(CURLOPT_PROXY, url)
        }
        try easy.set(CURLOPT_SUPPRESS_CONNECT_HEADERS, true)
        // Entries of the DNS cache are walked at the end of each transfer unless they never expire. Literals never
        // change, but those of pods long gone must not pile up, so that now and then a transfer does walk.
        let isSpared = address.isLiteral && !id.isMultiple(of: 4096)
        try easy.set(CURLOPT_DNS_CACHE_TIMEOUT, isSpared ? -1 : 30)
        switch sink {
        case .whole:
            try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
            try easy.set(CURLOPT_PIPEWAIT, address.isEncrypted)
        case .stream:
            try easy.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        }
    }

    func setMethod() throws(TransportError) {
        guard HTTPHeader.isToken(request.method) else {
            throw TransportError(
                code: .invalidRequest,
                message: "the method of a request to \(address.redacted) is not a word"
            )
        }
        switch request.method {
        case "HEAD":
            try easy.set(CURLOPT_NOBODY, true)
        case "GET", "DELETE", "OPTIONS", "TRACE":
            if !request.body.isEmpty {
                try easy.setBody(request.body)
            }
            try easy.set(CURLOPT_CUSTOMREQUEST, request.method)
        default:
            try easy.set(CURLOPT_POST, true)
            try easy.setBody(request.body)
            try easy.set(CURLOPT_CUSTOMREQUEST, request.method)
        }
    }

    func setFields() throws(TransportError) {
        for header in request.headers {
            guard header.isWellFormed else {
                throw TransportError(
                    code: .invalidRequest,
                    message: "a header field of a request to \(address.redacted) is malformed"
                )
            }
            // libcurl reads "Name:" as "do not send it", and "Name;" as an empty field.
            try fields.append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        if let token = request.token, request.headers.firstValue(of: "Authorization") == nil {
            try fields.append("Authorization: Bearer \(token.read())")
        }
        // Fields that libcurl would add by itself to a request with a body.
        for name in ["Expect", "Content-Type"] where request.headers.firstValue(of: name) == nil {
            try fields.append("\(name):")
        }
        if request.security.serverName != nil, address.isEncrypted, request.headers.firstValue(of: "Host") == nil {
            try fields.append("Host: \(address.host):\(address.port)")
        }
        try easy.set(CURLOPT_HTTPHEADER, fields)
        try easy.set(CURLOPT_USERAGENT, limits.userAgent)
    }

    func setSecurity() throws(TransportError) {
        guard address.isEncrypted else {
            return
        }
        let security = request.security
        try easy.set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        try easy.set(CURLOPT_SSL_VERIFYPEER, security.verifiesPeer)
        try easy.set(CURLOPT_SSL_VERIFYHOST, security.verifiesPeer ? 2 : 0)
        if let authority = security.certificateAuthority {
            try easy.set(CURLOPT_CAPATH, nil as String?)
            try easy.set(CURLOPT_CAINFO, nil as String?)
            try easy.set(CURLOPT_CAINFO_BLOB, authority)
        } else if let file = security.certificateAuthorityFile {
            // Without this the system's authorities would be trusted as well.
            try easy.set(CURLOPT_CAPATH, nil as String?)
            try easy.set(CURLOPT_CAINFO, file)
        }
        if let certificate = security.clientCertificate {
            try easy.set(CURLOPT_SSLCERT_BLOB, certificate)
        } else if let file = security.clientCertificateFile {
            try easy.set(CURLOPT_SSLCERT, file)
        }
        if let key = security.clientKey {
            try easy.set(CURLOPT_SSLKEY_BLOB, key)
        } else if let file = security.clientKeyFile {
            try easy.set(CURLOPT_SSLKEY, file)
        }
    }
}
