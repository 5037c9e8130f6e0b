import CCurl

/// A libcurl easy handle: the settings of one transfer and, afterwards, what is known about it.
struct EasyHandle: ~Copyable {
    let pointer: UnsafeMutableRawPointer

    init() throws(TransportError) {
        guard let pointer = curl_easy_init() else {
            throw .setup("libcurl has no memory for a request")
        }
        self.pointer = pointer
    }

    deinit {
        curl_easy_cleanup(pointer)
    }

    func set(_ option: CURLoption, _ number: Int) throws(TransportError) {
        try check(canary_curl_set_long(pointer, option, number))
    }

    func set(_ option: CURLoption, _ isOn: Bool) throws(TransportError) {
        try check(canary_curl_set_long(pointer, option, isOn ? 1 : 0))
    }

    /// Sets a text, which libcurl copies; nil restores "none".
    func set(_ option: CURLoption, _ text: String?) throws(TransportError) {
        guard let text else {
            return try check(canary_curl_set_string(pointer, option, nil))
        }
        guard !text.utf8.contains(0) else {
            throw .setup("a setting contains a zero byte")
        }
        try check(canary_curl_set_string(pointer, option, text))
    }

    /// Sets a pointer that must stay valid as long as the handle.
    func set(_ option: CURLoption, pointer context: UnsafeMutableRawPointer) throws(TransportError) {
        try check(canary_curl_set_pointer(pointer, option, context))
    }

    /// Sets the body to send, which libcurl copies.
    func setBody(_ bytes: [UInt8]) throws(TransportError) {
        try check(canary_curl_set_offset(pointer, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(bytes.count)))
        let code = bytes.withUnsafeBytes { buffer in
            // An empty array may have no address, which would mean "no body" instead of "an empty one".
            canary_curl_set_pointer(
                pointer,
                CURLOPT_COPYPOSTFIELDS,
                UnsafeMutableRawPointer(mutating: buffer.baseAddress) ?? pointer
            )
        }
        try check(code)
    }

    /// Sets certificates or a key held in memory, which libcurl copies.
    func set(_ option: CURLoption, _ pem: PEM) throws(TransportError) {
        var bytes = pem.bytes
        let code = bytes.withUnsafeMutableBytes { buffer in
            var blob = curl_blob(data: buffer.baseAddress, len: buffer.count, flags: UInt32(CURL_BLOB_COPY))
            return canary_curl_set_blob(pointer, option, &blob)
        }
        try check(code)
    }

    /// Sets a list that must live as long as the handle.
    func set(_ option: CURLoption, _ list: borrowing StringList) throws(TransportError) {
        try check(canary_curl_set_list(pointer, option, list.head))
    }

    func number(_ info: CURLINFO) -> Int {
        var number = 0
        return canary_curl_get_long(pointer, info, &number) == CURLE_OK ? number : 0
    }

    func offset(_ info: CURLINFO) -> Int64 {
        var number: curl_off_t = 0
        return canary_curl_get_offset(pointer, info, &number) == CURLE_OK ? Int64(number) : 0
    }

    func text(_ info: CURLINFO) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard canary_curl_get_string(pointer, info, &text) == CURLE_OK, let text else {
            return ""
        }
        return String(cString: text)
    }

    /// Turns libcurl's answer to a setting into our error; the only place that does.
    func check(_ code: CURLcode) throws(TransportError) {
        guard code == CURLE_OK else {
            throw .setup(String(cString: curl_easy_strerror(code)))
        }
    }
}

/// A list of texts in libcurl's form.
struct StringList: ~Copyable {
    private(set) var head: UnsafeMutablePointer<curl_slist>?

    init() {}

    deinit {
        curl_slist_free_all(head)
    }

    mutating func append(_ text: String) throws(TransportError) {
        guard let longer = curl_slist_append(head, text) else {
            throw .setup("libcurl has no memory for a header field")
        }
        head = longer
    }
}
