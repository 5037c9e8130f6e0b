import CCurl
import Glibc

/// A URL that passed inspection: absolute, `http` or `https`, with a host.
struct RequestAddress: Sendable {
    /// The URL as handed to libcurl.
    let text: String

    /// The URL for messages: without credentials, query and fragment, of bounded length.
    let redacted: String

    /// The host, an IPv6 literal in brackets.
    let host: String

    let port: String
    let isEncrypted: Bool

    /// Whether the host is an IP address, which needs no resolver.
    let isLiteral: Bool

    /// Whether the host is this machine.
    var isLoopback: Bool {
        host == "localhost" || host.hasSuffix(".localhost") || host == "[::1]" || (isLiteral && host.hasPrefix("127."))
    }

    init(_ text: String) throws(TransportError) {
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7F }) else {
            throw .invalidURL(text, cause: "it has a blank or a control character")
        }
        // libcurl accepts one to three slashes; nobody else does.
        guard let mark = text.firstRange(of: "://"), text[mark.upperBound...].first != "/" else {
            throw .invalidURL(text, cause: "it has no scheme and host")
        }
        let parts = try URLParts(text)
        let scheme = parts.get(CURLUPART_SCHEME) ?? ""
        guard scheme == "http" || scheme == "https" else {
            throw .invalidURL(text, cause: "its scheme is neither http nor https")
        }
        guard let host = parts.get(CURLUPART_HOST), let port = parts.get(CURLUPART_PORT), !host.isEmpty else {
            throw .invalidURL(text, cause: "it has no host")
        }
        self.text = text
        self.host = host
        self.port = port
        isEncrypted = scheme == "https"
        var address = in_addr()
        isLiteral = host.hasPrefix("[") || inet_pton(AF_INET, host, &address) == 1
        redacted = Self.redact(text)
    }

    /// The same address with another host, for a peer whose certificate carries another name.
    func withHost(_ name: String) throws(TransportError) -> RequestAddress {
        let parts = try URLParts(text)
        guard parts.set(CURLUPART_HOST, name), let text = parts.get(CURLUPART_URL) else {
            throw .invalidURL(text, cause: "the server name '\(name)' is not a host name")
        }
        return try RequestAddress(text)
    }

    /// Any text that was meant as a URL, made fit for a message: credentials, query and fragment are left out,
    /// unprintable characters are replaced, and it is cut at 200 characters.
    static func redact(_ text: String) -> String {
        var rest = Substring(text)
        var scheme = ""
        if let mark = text.firstRange(of: "://") {
            scheme = String(text[..<mark.upperBound])
            rest = text[mark.upperBound...]
        }
        let head = rest.prefix { $0 != "?" && $0 != "#" }
        let hasQuery = head.endIndex != rest.endIndex && rest[head.endIndex] == "?"
        // Everything before the last @ may be part of a password, even a slash that was not encoded.
        var shown = head.lastIndex(of: "@").map { head[head.index(after: $0)...] } ?? head
        if rest[head.endIndex...].contains("@"), head.contains(":"), !head.contains("/") {
            // A ? or # inside a password that was not encoded ends what looks like the host.
            shown = "…"
        }
        let printable = (scheme + shown + (hasQuery ? "?…" : "")).unicodeScalars.map { scalar in
            scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value) ? "\u{FFFD}" : Character(scalar)
        }
        return printable.count > 200 ? String(printable.prefix(200)) + "…" : String(printable)
    }
}

/// The parts of a URL, taken apart by libcurl itself so that both agree on what the host is.
private struct URLParts: ~Copyable {
    private let handle: OpaquePointer

    init(_ text: String) throws(TransportError) {
        guard let handle = curl_url() else {
            throw .invalidURL(text, cause: "there is no memory to take it apart")
        }
        let code = curl_url_set(handle, CURLUPART_URL, text, 0)
        guard code == CURLUE_OK else {
            curl_url_cleanup(handle)
            throw .invalidURL(text, cause: String(cString: curl_url_strerror(code)))
        }
        self.handle = handle
    }

    deinit {
        curl_url_cleanup(handle)
    }

    func get(_ part: CURLUPart) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else {
            return nil
        }
        defer { curl_free(text) }
        return String(cString: text)
    }

    func set(_ part: CURLUPart, _ text: String) -> Bool {
        curl_url_set(handle, part, text, 0) == CURLUE_OK
    }
}
