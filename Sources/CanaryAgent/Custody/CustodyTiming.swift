package import CanaryKubernetes

/// The times of a custody, and its clocks.
package struct CustodyTiming: Sendable {
    /// For how long a lease is good after a renewal; it is renewed three times as often.
    package var lease: Duration
    /// What must be left of it when a write is let through: for the longest that one request takes, but a third of the lease at
    /// most. With more, a lease that is renewed in time would let no write through; what takes longer is broken off when the lease
    /// ends (`GuardedRouteStore`).
    package var write: Duration
    /// How often the state is kept when nothing happens.
    package var snapshots: Duration
    /// For everything that is done when a run is left.
    package var farewell: Duration
    /// The wall clock, for people.
    package var now: @Sendable () -> MicroTime
    /// The clock that decides.
    package var uptime: @Sendable () -> ContinuousClock.Instant
    /// Passes time between two turns.
    package var wait: @Sendable (Duration) async throws -> Void

    package init(
        lease: Duration = .seconds(15),
        write: Duration = .seconds(5),
        snapshots: Duration = .seconds(60),
        farewell: Duration = .seconds(10),
        now: @escaping @Sendable () -> MicroTime = { MicroTime.now() },
        uptime: @escaping @Sendable () -> ContinuousClock.Instant = { ContinuousClock.now },
        wait: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.lease = max(lease, Self.shortest)
        self.write = min(write, self.lease / 3)
        self.snapshots = snapshots
        self.farewell = farewell
        self.now = now
        self.uptime = uptime
        self.wait = wait
    }

    /// Leases are told in whole seconds, and a renewal takes its time.
    static let shortest = Duration.seconds(3)

    /// A third of the lease, somewhat more or less, so that many do not renew at once.
    var renewal: Duration { lease / 3 * Int.random(in: 90...100) / 100 }
}
