import Synchronization
import UnixSignals

/// Asks a rehearsal to end with what it has.
package final class RehearseStop: Sendable {
    /// Why a rehearsal ends early, in words and as an exit code.
    package enum Cause: Sendable, Hashable {
        case interrupted
        case terminated

        package var words: String {
            switch self {
            case .interrupted: "interrupted (SIGINT)"
            case .terminated: "terminated (SIGTERM)"
            }
        }
    }

    private let state = Mutex<Cause?>(nil)

    package init() {}

    package var cause: Cause? { state.withLock { $0 } }

    package func request(_ cause: Cause) {
        state.withLock { $0 = $0 ?? cause }
    }

    /// Runs `body` while SIGINT and SIGTERM are taken as requests.
    package func heedingSignals<T: Sendable>(_ body: @escaping @Sendable () async throws -> T) async throws -> T {
        try await withThrowingTaskGroup(of: T?.self) { group in
            group.addTask { try await body() }
            group.addTask {
                for await signal in await UnixSignalsSequence(trapping: .sigint, .sigterm) {
                    self.request(signal == .sigint ? .interrupted : .terminated)
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
