/// Who may write for a rollout, and where what it knows is kept: the Lease and the snapshot of a cluster.
///
/// A run in a file has none: its journal's lock is enough.
package protocol RolloutCustody: Sendable {
    /// Asked before each write of weights. Never takes longer than some seconds.
    ///
    /// A step up is let through only after it was written down for others; a rollback also while the claim is known to be good and
    /// nothing can be written down.
    func permit(_ plan: WeightPlan, of state: RunState, at now: Timestamp) async -> CustodyAnswer

    /// Whether the run is known to be ours at this moment; while it is not, another one may be writing for it.
    var isCertain: Bool { get }

    /// Takes what the run knows, to be kept in the background: at each step and once a minute. Returns at once.
    func keep(_ state: RunState, at now: Timestamp)

    /// The run has ended, or its process does: keeps the last word and gives the claim back. Ends within some seconds.
    func leave(_ state: RunState, at now: Timestamp) async
}

/// Whether a write may be done.
package enum CustodyAnswer: Sendable, Hashable {
    case granted
    /// Not now; the same may be granted later.
    case postponed(Reason)
    /// Somebody else may own the rollout: nothing is written any more, and the run is left.
    case lost(Reason)
}
