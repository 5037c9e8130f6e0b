import CanaryCore
import UnixSignals

/// Turns SIGINT and SIGTERM into requests to a run.
package enum SignalWatch {
    /// What an interrupted run does with the weights.
    package enum OnInterrupt: String, Sendable, CaseIterable {
        /// Leave at once, weights as they are.
        case keep
        /// Roll back first; a second signal leaves at once.
        case rollback
    }

    /// Runs `body` while signals go to the inbox.
    package static func run<T: Sendable>(
        inbox: RunInbox,
        onInterrupt: OnInterrupt,
        _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var count = 0
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    count += 1
                    let name = signal == .sigint ? "interrupted (SIGINT)" : "terminated (SIGTERM)"
                    if onInterrupt == .rollback, count == 1 {
                        inbox.send(.command(Rollout.OperatorCommand(.rollback, reason: name)))
                    } else {
                        inbox.send(.interrupt(name))
                    }
                }
                return nil
            }
            while let result = try await group.next() {
                guard let result else { continue }
                group.cancelAll()
                return result
            }
            throw CancellationError()
        }
    }
}
