import CanaryCore
import Synchronization
import UnixSignals

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Turns SIGINT, SIGTERM and SIGHUP (a terminal that is gone) into requests to a run.
///
/// Once the run is over a signal ends the process at once, with 130 or 143.
package enum SignalWatch {
    /// What an interrupted run does with the weights.
    package enum OnInterrupt: String, Sendable, CaseIterable {
        /// Leave at once, weights as they are.
        case keep
        /// Roll back first; a second signal leaves at once.
        case rollback
    }

    private static let signalled = Atomic(false)
    private static let over = Atomic(false)

    /// Whether a signal has asked for the end.
    package static var hasSignal: Bool { signalled.load(ordering: .acquiring) }

    /// Whether what signals were sent to has ended: the process is about to.
    package static var isOver: Bool { over.load(ordering: .acquiring) }

    /// Gives back what another program waits for, as a terminal, before a signal ends the process at once.
    ///
    /// - Parameter body: only calls that a signal handler may make.
    package static func beforeQuickEnd(_ body: @convention(c) () -> Void) { QuickEnd.beforehand(body) }

    /// Runs `body` while signals go to the inbox.
    package static func run<T: Sendable>(
        inbox: RunInbox,
        onInterrupt: OnInterrupt,
        _ body: @escaping @Sendable () async throws -> T
    ) async throws -> T {
        let trapped: [UnixSignal] = isHangupIgnored ? [.sigint, .sigterm] : [.sigint, .sigterm, .sighup]
        QuickEnd.end()
        over.store(false, ordering: .releasing)
        defer {
            QuickEnd.begin(trapped.map(\.rawValue))
            over.store(true, ordering: .releasing)
        }
        // Trapped before anything begins: from the first file on a signal finds somebody who answers it.
        let signals = await UnixSignalsSequence(trapping: trapped)
        return try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                var count = 0
                /// When the run was asked to leave.
                var askedAt: ContinuousClock.Instant?
                for await signal in signals {
                    count += 1
                    signalled.store(true, ordering: .releasing)
                    // Not for a key that was hit twice: a run that can leave does so within that time, and says so.
                    if let askedAt, askedAt.duration(to: .now) > .seconds(1) { QuickEnd.leave(signal.rawValue) }
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
                        if askedAt == nil { askedAt = .now }
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
