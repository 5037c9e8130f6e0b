import CanaryCore
import Synchronization

/// Where the outside world meets a run: what it looks like, and what is asked of it.
///
/// The run publishes and takes up; it never waits for anybody here.
package final class RunDesk: Sendable {
    /// Which run this is, and where it is written down.
    package struct Place: Sendable, Hashable {
        package var journalPath: String

        package init(journalPath: String) {
            self.journalPath = journalPath
        }
    }

    private struct State {
        var place: Place?
        var snapshot: RunSnapshot?
        var isOver = false
    }

    private let inbox: RunInbox
    private let state = Mutex(State())
    private let render: @Sendable (RunSnapshot, Place) -> [UInt8]
    private let warn: @Sendable (AgentError) -> Void

    /// - Parameters:
    ///   - inbox: of the run.
    ///   - render: the run as `haldane.status/1`.
    ///   - warn: is told why operators cannot reach the run, if they cannot.
    package init(
        inbox: RunInbox,
        render: @escaping @Sendable (RunSnapshot, Place) -> [UInt8],
        warn: @escaping @Sendable (AgentError) -> Void = { _ in }
    ) {
        self.inbox = inbox
        self.render = render
        self.warn = warn
    }

    /// Says which run this is.
    package func open(_ place: Place) { state.withLock { $0.place = place } }

    /// The run as it is now.
    func publish(_ snapshot: RunSnapshot) { state.withLock { $0.snapshot = snapshot } }

    /// The run takes up nothing any more.
    func close() { state.withLock { $0.isOver = true } }

    func warnOf(_ error: AgentError) { warn(error) }

    /// The run as `haldane.status/1`; nil until it has begun.
    func status() -> [UInt8]? {
        let (snapshot, place) = state.withLock { ($0.snapshot, $0.place) }
        guard let snapshot, let place else { return nil }
        return render(snapshot, place)
    }

    /// Hands a command to the run and waits, within `patience`, until it has been taken up and written down.
    func ask(_ command: Rollout.OperatorCommand, patience: Duration) async -> CommandAnswer {
        let ticket = CommandTicket()
        guard !state.withLock({ $0.isOver }), inbox.send(.asked(command, ticket)) else {
            return answer(.refused, command, isOver ? overWords : "too many commands wait already")
        }
        let deadline = ContinuousClock.now + patience
        while true {
            if let answer = ticket.answer { return answer }
            // Asked in this order: a run that ends settles its last tickets before it closes the desk.
            if isOver { return ticket.answer ?? answer(.refused, command, overWords) }
            guard ContinuousClock.now < deadline, !Task.isCancelled else {
                return answer(.pending, command, "the run is busy with a round or a write, and takes this up after it")
            }
            try? await Task.sleep(for: .milliseconds(10))
        }
    }

    private var isOver: Bool { state.withLock { $0.isOver } }

    private var overWords: String {
        let outcome = state.withLock { $0.snapshot?.rollout.outcome }
        return outcome.map { "the run is over: it was \($0.words): \($0.reason.text)" } ?? "the run is ending"
    }

    private func answer(_ result: CommandAnswer.Result, _ command: Rollout.OperatorCommand, _ words: String)
        -> CommandAnswer
    {
        let snapshot = state.withLock { $0.snapshot }
        return CommandAnswer(result, command, words, snapshot?.header, snapshot?.rollout)
    }
}
