package import CanaryCore
import Synchronization

/// What the outside world asks of a run while it goes on: operator commands and signals.
///
/// At most 64 requests wait; more are dropped, the newest first.
package final class RunInbox: Sendable {
    package enum Request: Sendable, Hashable {
        case command(Rollout.OperatorCommand)
        /// A command whose sender waits for the answer.
        case asked(Rollout.OperatorCommand, CommandTicket)
        /// Leave at once, weights as they are; with the signal's name.
        case interrupt(String)
    }

    private let waiting = Mutex<[Request]>([])

    package init() {}

    /// Returns whether there was room.
    @discardableResult
    package func send(_ request: Request) -> Bool {
        waiting.withLock { requests in
            guard requests.count < 64 else { return false }
            requests.append(request)
            return true
        }
    }

    /// Whether anything waits; a sleeping run wakes up for it.
    package var isUrgent: Bool { waiting.withLock { !$0.isEmpty } }

    /// Whether something waits that must not wait for a round of telemetry to end: a rollback, a stop, or a signal.
    var isPressing: Bool {
        waiting.withLock { requests in
            requests.contains { request in
                switch request {
                case .interrupt: true
                case .command(let command), .asked(let command, _):
                    command.verb == .rollback || command.verb == .stop
                }
            }
        }
    }

    /// The signal that asks to leave, if one has come.
    var interruption: String? {
        waiting.withLock { requests in
            requests.lazy.compactMap { if case .interrupt(let signal) = $0 { signal } else { nil } }.first
        }
    }

    func takeAll() -> [Request] {
        waiting.withLock { requests in
            defer { requests = [] }
            return requests
        }
    }
}
