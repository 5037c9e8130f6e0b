import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryTransport
import Synchronization

/// Where the commands of a live view go.
enum KeyDestination: Sendable {
    /// To the run in this process.
    case run(RunInbox)
    /// To the demo in this process.
    case demo(RunInbox)
    /// To the run of another process; `q` ends the watch by its inbox.
    case watch(CommandRelay, RunInbox)

    var place: LivePrompt.Place {
        switch self {
        case .run: .run
        case .demo: .demo
        case .watch: .watch
        }
    }

    /// Sends a command.
    func send(_ command: Rollout.OperatorCommand) -> PendingAnswer {
        switch self {
        case .run(let inbox), .demo(let inbox):
            let ticket = CommandTicket()
            guard inbox.send(.asked(command, ticket)) else {
                return PendingAnswer(LivePrompt.Answer(.refused, "too many commands wait already"))
            }
            return PendingAnswer(ticket: ticket)
        case .watch(let relay, _):
            return relay.send(command)
        }
    }

    /// Ends the run's process, weights as they are, or the watch.
    func leave() {
        switch self {
        case .run(let inbox), .demo(let inbox): inbox.send(.interrupt("\(Operator.name) left the live view"))
        case .watch(_, let inbox): inbox.send(.interrupt("left by q"))
        }
    }
}

/// An answer that is waited for.
final class PendingAnswer: Sendable {
    private let ticket: CommandTicket?
    private let given: Mutex<LivePrompt.Answer?>

    init(_ answer: LivePrompt.Answer? = nil) {
        ticket = nil
        given = Mutex(answer)
    }

    init(ticket: CommandTicket) {
        self.ticket = ticket
        given = Mutex(nil)
    }

    var answer: LivePrompt.Answer? {
        given.withLock { $0 } ?? ticket?.answer.map { LivePrompt.Answer($0) }
    }

    func give(_ answer: LivePrompt.Answer) { given.withLock { $0 = answer } }
}

/// Takes commands from a live view to the process of the run that it watches, over the run's control socket.
final class CommandRelay: Sendable {
    private let commands: AsyncStream<(Rollout.OperatorCommand, PendingAnswer)>
    private let sender: AsyncStream<(Rollout.OperatorCommand, PendingAnswer)>.Continuation

    init() {
        // More keys than this while one command is under way are a cat on the keyboard.
        (commands, sender) = AsyncStream.makeStream(bufferingPolicy: .bufferingOldest(8))
    }

    func send(_ command: Rollout.OperatorCommand) -> PendingAnswer {
        let pending = PendingAnswer()
        if case .enqueued = sender.yield((command, pending)) { return pending }
        return PendingAnswer(LivePrompt.Answer(.refused, "too many commands wait already"))
    }

    /// Runs `body` while commands are carried to the run of that folder.
    func serving<T: Sendable>(_ folder: RunFolder, _ body: @escaping @Sendable () async throws -> T) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { [self] in
                await serve(folder)
                return nil
            }
            group.addTask { try await body() }
            while let result = try await group.next() {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            throw CancellationError()
        }
    }

    private func serve(_ folder: RunFolder) async {
        let http = HTTPClient()
        let client = ControlClient(folder: folder, http: http)
        for await (command, pending) in commands {
            switch await client.send(command) {
            case .answer(let answer):
                pending.give(LivePrompt.Answer(answer))
            case .nobody:
                pending.give(LivePrompt.Answer(.refused, Self.unreachable(folder, command.verb)))
            case .failed(let error):
                let words = [error.message, error.cause].compactMap { $0 }.joined(separator: ": ")
                pending.give(LivePrompt.Answer(.refused, words))
            }
        }
        await http.shutdown()
    }

    /// Why there is no control socket.
    private static func unreachable(_ folder: RunFolder, _ verb: Rollout.OperatorCommand.Verb) -> String {
        guard let holder = try? folder.holder(), case .process(let number) = holder else {
            return "no process is at this run: nobody to \(verb.rawValue) it"
        }
        let who = number.map { "process \($0)" } ?? "process"
        return "the \(who) at this run cannot be asked: a demo obeys only its own keys"
    }
}

extension LivePrompt.Answer {
    /// What a run answered.
    init(_ answer: CommandAnswer) {
        switch answer.result {
        case .accepted: self.init(.accepted, answer.message)
        case .pending: self.init(.accepted, "\(answer.verb) is on its way: \(answer.message)")
        case .refused: self.init(.refused, "\(answer.verb) refused: \(answer.message)")
        }
    }
}
