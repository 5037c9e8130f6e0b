import CanaryCore
import CanaryReport

/// What the page of one run answers to which path. Everything is read-only.
struct StatusRoutes: Sendable {
    let board: StatusBoard
    let pages: StatusPages

    /// - Parameter path: below the page's place, one of `paths`.
    func reply(to request: ControlRequest, at path: String) async -> PageReply {
        guard Self.paths.contains(path) else {
            return .answer(PageAnswer(404, "there is only \(Self.paths.joined(separator: ", "))"))
        }
        let steer = "the run with `haldane pause`, `rollback` …"
        if let refusal = PageGuard.refusal(ofMethod: request.method, steer: steer) { return .answer(refusal) }
        switch path {
        case "/": return .answer(await pages.page())
        case "/fragment": return .answer(await pages.fragment())
        case "/report": return .answer(await pages.report())
        case "/events" where request.method == "GET": return .stream(stream)
        case "/events": return .answer(PageAnswer(200, "text/event-stream", []))
        case "/status.json": return .answer(statusJSON)
        case "/metrics": return .answer(.metrics(board.samples, MetricsPage.Format(accept: request.fields["accept"])))
        case "/healthz": return .answer(PageAnswer(board.health()))
        default: return .answer(PageAnswer(board.readiness))
        }
    }

    private var stream: PageStream {
        PageStream(
            revision: { [board] in board.revision },
            isOver: { [board] in board.isOver },
            last: { [pages] in await pages.lastFragment() }
        )
    }

    private var statusJSON: PageAnswer {
        guard let status = board.status?.status else { return PageAnswer(503, "the run has not begun yet") }
        return PageAnswer(200, "application/json", status.json())
    }

    static let paths = [
        "/", "/fragment", "/events", "/report", "/status.json", "/metrics", "/healthz", "/readyz",
    ]
}

/// The page of the one run of a process.
struct RunSite: PageSite {
    private let board: StatusBoard
    private let routes: StatusRoutes

    init(_ board: StatusBoard) {
        self.board = board
        routes = StatusRoutes(board: board, pages: StatusPages(board: board))
    }

    func reply(to request: ControlRequest) async -> PageReply { await routes.reply(to: request, at: request.path) }

    func count(_ status: Int) { board.count(status) }

    func beginStream(limit: Int) -> Bool { board.beginStream(limit: limit) }

    func endStream() { board.endStream() }

    var isInterrupted: Bool { board.isInterrupted }

    func close() { board.close() }
}
