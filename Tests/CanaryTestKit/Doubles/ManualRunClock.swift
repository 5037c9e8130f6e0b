package import CanaryCore

/// A run's time that stands still until the run sleeps, and then is at once what the run waited for.
package actor ManualRunClock: RunClock {
    private var time: Timestamp
    private let slept: @Sendable (Int, Timestamp) async -> Void

    /// How often the run slept: a loop that spins shows here.
    package private(set) var sleeps = 0

    /// - Parameter slept: called with the number of sleeps and the time after each of them, before the run goes on.
    package init(
        start: Timestamp = Timestamp(milliseconds: 1_700_000_000_000),
        slept: @escaping @Sendable (Int, Timestamp) async -> Void = { _, _ in }
    ) {
        time = start
        self.slept = slept
    }

    package func now() async -> Timestamp { time }

    package func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async {
        sleeps += 1
        if !isUrgent(), !Task.isCancelled, deadline > time { time = deadline }
        await slept(sleeps, time)
    }

    /// Lets time pass while the run does something else.
    package func advance(by duration: Duration) {
        time = time.advanced(by: duration)
    }
}
