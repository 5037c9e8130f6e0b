import CanaryCore
import CanaryReport

/// What a status page answers to which request. Everything is read-only.
struct StatusRoutes: Sendable {
    enum Reply: Sendable {
        case answer(PageAnswer)
        /// Server-sent events until the client or the run ends.
        case stream
    }

    let board: StatusBoard
    let pages: StatusPages
    /// Whether only this machine can reach the page: then names of other machines are refused.
    let isLoopback: Bool

    func reply(to request: ControlRequest) async -> Reply {
        guard isLoopback == false || Self.isLocal(request.fields["host"]) else {
            return .answer(
                PageAnswer(421, "this page is served as localhost, 127.0.0.1 or [::1] only, not under another name")
            )
        }
        guard !Self.isForeign(request) else {
            return .answer(PageAnswer(403, "another site's page asked for this; open it by itself"))
        }
        guard Self.paths.contains(request.path) else {
            return .answer(PageAnswer(404, "there is only \(Self.paths.joined(separator: ", "))"))
        }
        guard request.method == "GET" || request.method == "HEAD" else {
            let words = "this page is read-only: ask with GET, and steer the run with `haldane pause`, `rollback` …"
            var answer = PageAnswer(405, words)
            answer.fields = [PageAnswer.Field(name: "Allow", value: "GET, HEAD")]
            return .answer(answer)
        }
        switch request.path {
        case "/": return .answer(await pages.page())
        case "/fragment": return .answer(await pages.fragment())
        case "/report": return .answer(await pages.report())
        case "/events" where request.method == "GET": return .stream
        case "/events": return .answer(PageAnswer(200, "text/event-stream", []))
        case "/status.json": return .answer(statusJSON)
        case "/metrics": return .answer(metrics(accept: request.fields["accept"]))
        case "/healthz": return .answer(Self.probe(board.health()))
        default: return .answer(Self.probe(board.readiness))
        }
    }

    private var statusJSON: PageAnswer {
        guard let status = board.status?.status else { return PageAnswer(503, "the run has not begun yet") }
        return PageAnswer(200, "application/json", status.json())
    }

    private func metrics(accept: String?) -> PageAnswer {
        let format = MetricsPage.Format(accept: accept)
        var answer = PageAnswer(200, format.contentType, Array(MetricsPage(board.samples).text(format).utf8))
        answer.fields = [PageAnswer.Field(name: "Vary", value: "Accept")]
        return answer
    }

    private static func probe(_ answer: BoardAnswer) -> PageAnswer {
        PageAnswer(answer.isGood ? 200 : 503, answer.words)
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

    static let paths = [
        "/", "/fragment", "/events", "/report", "/status.json", "/metrics", "/healthz", "/readyz",
    ]
}
