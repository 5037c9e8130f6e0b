/// The time of a run: real, or virtual in a simulation.
///
/// One seam instead of a `Clock` and a wall clock, because both have to stop and run together when time is virtual.
package protocol RunClock: Sendable {
    func now() async -> Timestamp

    /// Returns at `deadline`, or earlier if `isUrgent` becomes true.
    func sleep(until deadline: Timestamp, unless isUrgent: @Sendable () -> Bool) async
}
