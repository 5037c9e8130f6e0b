import CanaryCore
import CanaryReport

/// Makes the HTML of a status page, once for all readers and at most once a second.
///
/// However many browsers ask, the work is the same; the run does not wait for it.
actor StatusPages {
    private struct Made {
        var page: StatusPage
        var fragment: String
        var revision: Int
        var at: ContinuousClock.Instant
    }

    private struct Reported {
        var answer: PageAnswer
        var revision: Int
        var at: ContinuousClock.Instant
    }

    private let board: StatusBoard
    private let isOneOfMany: Bool
    private var made: Made?
    private var reported: Reported?

    /// - Parameter isOneOfMany: whether the page stands below an agent's.
    init(board: StatusBoard, isOneOfMany: Bool = false) {
        self.board = board
        self.isOneOfMany = isOneOfMany
    }

    /// The whole page, with a policy that lets its own script run and nothing else.
    func page() -> PageAnswer {
        let nonce = PageAnswer.nonce()
        let made = present()
        return .page(made.page.html(fragment: made.fragment, nonce: nonce), nonce: nonce)
    }

    /// The part that changes.
    func fragment() -> PageAnswer { .html(present().fragment) }

    /// The part that changes, however young the one before is: for the last state of a run.
    func lastFragment() -> String {
        if made?.revision != board.revision { made = nil }
        return present().fragment
    }

    /// The report so far, as `haldane report` would make it from the journal.
    func report() -> PageAnswer {
        let (revision, now) = (board.revision, ContinuousClock.now)
        if let reported, isFresh(reported.revision, reported.at, revision, now) { return reported.answer }
        guard let story = board.story, let text = try? ReportPage(story).html() else {
            return PageAnswer(503, "there is no report before the run has begun")
        }
        let answer = PageAnswer.page(text)
        reported = Reported(answer: answer, revision: revision, at: now)
        return answer
    }

    private func present() -> Made {
        // Read before the state, so that a page is never newer than it says.
        let (revision, now) = (board.revision, ContinuousClock.now)
        if let made, isFresh(made.revision, made.at, revision, now) { return made }
        let found = board.status
        let page = StatusPage(
            status: found?.status,
            ledger: found?.ledger ?? RunLedger(),
            story: found == nil ? nil : board.story,
            isOneOfMany: isOneOfMany
        )
        let result = Made(page: page, fragment: page.fragment, revision: revision, at: now)
        made = result
        return result
    }

    private func isFresh(
        _ made: Int,
        _ at: ContinuousClock.Instant,
        _ revision: Int,
        _ now: ContinuousClock.Instant
    ) -> Bool {
        made == revision || at.duration(to: now) < Self.leastAge
    }

    private static let leastAge = Duration.seconds(1)
}
