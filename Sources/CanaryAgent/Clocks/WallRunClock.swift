package import CanaryCore
import FoundationEssentials

/// Real time: stamped from the wall once, then carried on by a clock that cannot jump.
package struct WallRunClock: RunClock {
    private let start: ContinuousClock.Instant
    private let stamp: Timestamp

    package init() {
        start = ContinuousClock.now
        stamp = Timestamp(milliseconds: Int64((Date().timeIntervalSince1970 * 1000).rounded()))
    }

    package func now() async -> Timestamp {
        stamp.advanced(by: start.duration(to: .now))
    }

    package func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async {
        while !isUrgent(), !Task.isCancelled {
            let left = deadline.since(stamp.advanced(by: start.duration(to: .now)))
            guard left > .zero else { return }
            // Short slices, so that an operator or a signal is heard at once.
            try? await Task.sleep(for: min(left, .milliseconds(50)))
        }
    }

    package func sleep(
        until deadline: Timestamp,
        unless isUrgent: @Sendable () -> Bool,
        bell: @escaping @Sendable () async -> Void
    ) async {
        while !isUrgent(), !Task.isCancelled {
            let left = deadline.since(stamp.advanced(by: start.duration(to: .now)))
            guard left > .zero else { return }
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await bell() }
                // Cancelled when the bell rings first.
                group.addTask { try? await Task.sleep(for: left) }
                await group.next()
                group.cancelAll()
            }
        }
    }
}
