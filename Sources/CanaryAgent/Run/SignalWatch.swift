import CanaryCore
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns SIGINT, SIGTERM and SIGHUP (a terminal that is gone) into requests to a run.
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
        let trapped: [UnixSignal] = isHangupIgnored ? [.sigint, .sigterm] : [.sigint, .sigterm, .sighup]
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var count = 0
                for await signal in await UnixSignalsSequence(trapping: trapped) {
                    count += 1
                    let name =
                        switch signal {
                        case .sigint: "interrupted (SIGINT)"
                        case .sighup: "its terminal is gone (SIGHUP)"
                        default: "terminated (SIGTERM)"
                        }
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

    /// Whether whoever started the process wants it to outlive its terminal, as `nohup` does.
    private static var isHangupIgnored: Bool {
        var action = sigaction()
        guard sigaction(SIGHUP, nil, &action) == 0 else { return false }
        #if canImport(Darwin)
            let handler = action.__sigaction_u.__sa_handler
        #else
            let handler = action.__sigaction_handler.sa_handler
        #endif
        return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
    }
}
