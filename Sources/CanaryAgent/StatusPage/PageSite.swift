/// What a status server serves: the page of one run, or that of an agent with many. Everything is read-only.
protocol PageSite: Sendable {
    /// The answer to a request that has passed `PageGuard`.
    func reply(to request: ControlRequest) async -> PageReply

    /// Counts an answer by its HTTP status.
    func count(_ status: Int)

    /// Takes a place for a stream; false if all are taken.
    func beginStream(limit: Int) -> Bool

    func endStream()

    /// Whether a signal ended what is shown: then nobody lingers.
    var isInterrupted: Bool { get }

    /// What is shown is at its end, and the process with it.
    func close()

    /// Works beside the server until it is cancelled.
    func attend() async
}

extension PageSite {
    func attend() async {}
}

enum PageReply: Sendable {
    case answer(PageAnswer)
    /// Server-sent events until the client or what is shown ends.
    case stream(PageStream)
}

/// What a page that is followed live is told of.
struct PageStream: Sendable {
    /// Counts what changed; cheap, for it is asked many times a second.
    var revision: @Sendable () -> Int
    var isOver: @Sendable () -> Bool
    /// The last state, as a fragment.
    var last: @Sendable () async -> String
    /// How many times as long as usual to wait between two events, for pages that are large.
    var calm = 1
}
