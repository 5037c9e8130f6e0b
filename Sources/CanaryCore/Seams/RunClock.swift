/// The time of a run: real, or virtual in a simulation.
///
/// One seam instead of a `Clock` and a wall clock, because both have to stop and run together when time is virtual.
package protocol RunClock: Sendable {
    func now() async -> Timestamp

    /// Returns at `deadline`, or earlier if `isUrgent` becomes true.
    func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async

    /// The same, where somebody rings when it becomes urgent, so that a clock of real time need not look.
    ///
    /// - Parameter bell: returns when it is urgent, or when its task is cancelled.
    func sleep(
        until deadline: Timestamp,
        unless isUrgent: @Sendable () -> Bool,
        bell: @escaping @Sendable () async -> Void
    ) async
}

extension RunClock {
    /// Clocks that are not real look by themselves.
    package func sleep(
        until deadline: Timestamp,
        unless isUrgent: @Sendable () -> Bool,
        bell: @escaping @Sendable () async -> Void
    ) async {
        await sleep(until: deadline, unless: isUrgent)
    }
}
