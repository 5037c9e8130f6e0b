package import CanaryCore
import Synchronization

/// What the outside world asks of a run while it goes on: operator commands and signals.
///
/// At most 64 requests wait; more are dropped, the newest first.
package final class RunInbox: Sendable {
    package enum Request: Sendable, Hashable {
        case command(Rollout.OperatorCommand)
        /// Leave at once, weights as they are; with the signal's name.
        case interrupt(String)
    }

    private let waiting = Mutex<[Request]>([])

    package init() {}

    package func send(_ request: Request) {
        waiting.withLock { if $0.count < 64 { $0.append(request) } }
    }

    /// Whether anything waits; a sleeping run wakes up for it.
    package var isUrgent: Bool { waiting.withLock { !$0.isEmpty } }

    /// Whether something waits that must not wait for a round of telemetry to end: a rollback, a stop, or a signal.
    var isPressing: Bool {
        waiting.withLock { requests in
            requests.contains { request in
                switch request {
                case .interrupt: true
                case .command(let command): command.verb == .rollback || command.verb == .stop
                }
            }
        }
    }

    func takeAll() -> [Request] {
        waiting.withLock { requests in
            defer { requests = [] }
            return requests
        }
    }
}
