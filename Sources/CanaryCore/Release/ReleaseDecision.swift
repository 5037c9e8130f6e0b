/// What is to be done about a canary that has no run.
package enum ReleaseDecision: Sendable, Hashable {
    /// What is there is taken as known: keep the memory, then decide again. With what was found, to be said once.
    case adopt(ReleaseMemory, Reason)
    /// Nothing to do.
    case idle(Reason)
    /// There is something new in the idle slot, and it is not ready to be tried yet.
    case waiting(Reason)
    /// Begin a run with these roles about this release. The roles are to be kept: weights between do not always tell them.
    case begin(Roles, Rollout.Release)
    /// Nothing may be begun, until a person or the cluster changes something.
    case blocked(Reason)

    /// Why; nil for a run that begins.
    package var reason: Reason? {
        switch self {
        case .adopt(_, let reason), .idle(let reason), .waiting(let reason), .blocked(let reason): reason
        case .begin: nil
        }
    }
}
