package import CanaryCore

/// Virtual time that passes only while the run sleeps: each sleep lets a simulation advance by exactly that long.
///
/// Paced against real time: `speed` virtual seconds a real second, or as fast as possible at 0.
package actor VirtualRunClock: RunClock {
    private var time: Timestamp
    private let speed: Double
    private let advance: @Sendable (Double) async -> Void
    private let realStart = ContinuousClock.now
    private let virtualStart: Timestamp

    /// `advance` lets the simulated world live for that many virtual seconds.
    package init(
        start: Timestamp,
        speed: Double,
        advance: @escaping @Sendable (Double) async -> Void
    ) {
        time = start
        virtualStart = start
        self.speed = speed
        self.advance = advance
    }

    package func now() async -> Timestamp { time }

    package func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async {
        guard deadline > time, !isUrgent(), !Task.isCancelled else { return }
        let passing = deadline.since(time)
        time = deadline
        await advance(passing.inSeconds)
        guard speed > 0 else { return }
        let due = realStart + .seconds(deadline.since(virtualStart).inSeconds / speed)
        while !isUrgent(), !Task.isCancelled {
            let left = due - .now
            guard left > .zero else { return }
            try? await Task.sleep(for: min(left, .milliseconds(50)))
        }
    }
}
