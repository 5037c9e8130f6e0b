import CanaryAgent
import CanaryCore
import Foundation
import Synchronization

/// Real time, made faster; it may stand still once.
final class FastRunClock: RunClock {
    private struct State {
        var stamp = Timestamp(milliseconds: Int64(Date().timeIntervalSince1970 * 1000))
        /// When it was the stamp; nil while time stands still.
        var since: ContinuousClock.Instant? = .now
        var mayHalt: Bool
    }

    let factor: Int
    private let state: Mutex<State>

    init(factor: Int, halts: Bool) {
        self.factor = factor
        state = Mutex(State(mayHalt: halts))
    }

    func now() async -> Timestamp { present }

    func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async {
        while !isUrgent(), !Task.isCancelled {
            let left = deadline.since(present)
            guard left > .zero else { return }
            try? await Task.sleep(for: min(left / factor, .milliseconds(20)))
        }
    }

    var present: Timestamp { state.withLock { present($0) } }

    /// Stands still, unless it did so before or has been told to go on.
    func halt() {
        state.withLock { state in
            guard state.mayHalt else { return }
            state.stamp = present(state)
            state.since = nil
            state.mayHalt = false
        }
    }

    func goOn() {
        state.withLock { state in
            state.mayHalt = false
            if state.since == nil { state.since = .now }
        }
    }

    private func present(_ state: State) -> Timestamp {
        guard let since = state.since else { return state.stamp }
        return state.stamp.advanced(by: since.duration(to: .now) * factor)
    }
}
