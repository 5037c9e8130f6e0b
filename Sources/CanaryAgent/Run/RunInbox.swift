package import CanaryCore
import Synchronization

/// What the outside world asks of a run while it goes on: operator commands and signals.
///
/// At most 64 requests wait; more are dropped, the newest first.
package final class RunInbox: Sendable {
    /// What somebody wants of the run.
    package enum Request: Sendable, Hashable {
        case command(Rollout.OperatorCommand)
        /// A command whose sender waits for the answer.
        case asked(Rollout.OperatorCommand, CommandTicket)
        /// Leave at once, weights as they are; with the signal's name.
        case interrupt(String)
        /// Leave the run to others at once, weights as they are: it is theirs now, or they go on with it.
        case leave(Reason)
        /// Something to be told and written down, e.g. by who keeps the claim in the background.
        case notice(Notice)
    }

    private struct State {
        var requests: [Request] = []
        var waiters: [UInt64: Waiter] = [:]
        var lastWaiter: UInt64 = 0
    }

    /// Somebody who sleeps until a request comes.
    private struct Waiter {
        /// Whether only a pressing one wakes it.
        var wantsPressing: Bool
        var bell: AsyncStream<Never>.Continuation
    }

    private let state = Mutex(State())

    package init() {}

    /// Returns whether there was room.
    @discardableResult
    package func send(_ request: Request) -> Bool {
        let isPressing = request.isPressing
        let bells = state.withLock { state -> [AsyncStream<Never>.Continuation]? in
            guard state.requests.count < 64 else { return nil }
            state.requests.append(request)
            return state.waiters.values.filter { isPressing || !$0.wantsPressing }.map(\.bell)
        }
        for bell in bells ?? [] { bell.finish() }
        return bells != nil
    }

    /// Returns as soon as anything waits, or when its task is cancelled. It costs nothing until then.
    package func waitUntilUrgent() async { await wait(forPressing: false) }

    /// Returns as soon as something pressing waits, or when its task is cancelled.
    package func waitUntilPressing() async { await wait(forPressing: true) }

    private func wait(forPressing wantsPressing: Bool) async {
        let (rings, bell) = AsyncStream.makeStream(of: Never.self)
        let id = state.withLock { state -> UInt64? in
            let isHere = wantsPressing ? state.requests.contains(where: \.isPressing) : !state.requests.isEmpty
            guard !isHere else { return nil }
            state.lastWaiter += 1
            state.waiters[state.lastWaiter] = Waiter(wantsPressing: wantsPressing, bell: bell)
            return state.lastWaiter
        }
        guard let id else { return }
        // Ends with the stream, which the sender finishes.
        for await _ in rings {}
        state.withLock { $0.waiters[id] = nil }
    }

    /// Whether anything waits; a sleeping run wakes up for it.
    package var isUrgent: Bool { state.withLock { !$0.requests.isEmpty } }

    /// Whether something waits that must not wait for a round of telemetry to end: a rollback, a stop, or a signal.
    package var isPressing: Bool { state.withLock { $0.requests.contains(where: \.isPressing) } }

    /// The signal that asks to leave, if one has come.
    var interruption: String? {
        state.withLock { state in
            state.requests.lazy.compactMap { if case .interrupt(let signal) = $0 { signal } else { nil } }.first
        }
    }

    func takeAll() -> [Request] {
        state.withLock { state in
            defer { state.requests = [] }
            return state.requests
        }
    }
}

extension RunInbox.Request {
    fileprivate var isPressing: Bool {
        switch self {
        case .interrupt, .leave: true
        case .notice: false
        case .command(let command), .asked(let command, _): command.verb == .rollback || command.verb == .stop
        }
    }
}
