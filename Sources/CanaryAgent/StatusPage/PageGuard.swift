/// Keeps away requests that other sites' pages make through a reader's browser.
enum PageGuard {
    /// - Parameter isLoopback: whether only this machine can reach the page: then names of other machines are refused.
    /// - Returns: nil lets the request pass.
    static func refusal(of request: ControlRequest, isLoopback: Bool) -> PageAnswer? {
        guard isLoopback == false || isLocal(request.fields["host"]) else {
            return PageAnswer(421, "this page is served as localhost, 127.0.0.1 or [::1] only, not under another name")
        }
        guard !isForeign(request) else {
            return PageAnswer(403, "another site's page asked for this; open it by itself")
        }
        return nil
    }

    /// What asks with another method than GET and HEAD is told how to steer; nil lets it pass.
    static func refusal(ofMethod method: String, steer: String) -> PageAnswer? {
        guard method != "GET", method != "HEAD" else { return nil }
        var answer = PageAnswer(405, "this page is read-only: ask with GET, and steer \(steer)")
        answer.fields = [PageAnswer.Field(name: "Allow", value: "GET, HEAD")]
        return answer
    }

    /// Whether a request names this machine. The port may be another one, as behind a tunnel; a page elsewhere whose name was
    /// rebound to 127.0.0.1 still sends its own name. A client without the field is no browser.
    static func isLocal(_ host: String?) -> Bool {
        guard let host else { return true }
        let name: Substring
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return false }
            name = host[...end]
            guard isPort(host[host.index(after: end)...]) else { return false }
        } else {
            name = host.prefix { $0 != ":" }
            guard isPort(host.dropFirst(name.count)) else { return false }
        }
        let word = name.lowercased()
        return word == "localhost" || word == "[::1]" || ListenAddress(host: word, port: 0).isLoopback
    }

    /// Whether a page of another site loads this as a part of itself; a link to it is fine.
    private static func isForeign(_ request: ControlRequest) -> Bool {
        request.fields["sec-fetch-site"] == "cross-site" && request.fields["sec-fetch-mode"] != "navigate"
    }

    private static func isPort(_ rest: Substring) -> Bool {
        rest.isEmpty || (rest.first == ":" && UInt16(rest.dropFirst()) != nil)
    }
}
