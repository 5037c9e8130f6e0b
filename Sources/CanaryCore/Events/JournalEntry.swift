package import CanaryTelemetry

/// One line of a journal after its header.
package enum JournalEntry: Sendable, Hashable {
    /// The evidence of the next `judged` event, in the recorded-windows format.
    case window(Window)
    case event(JournalEvent, at: Timestamp)
}

/// What happened, in the order in which it happened.
package enum JournalEvent: Sendable, Hashable, Codable {
    /// The window before this entry was judged in this context.
    case judged(context: JudgingContext, verdict: Verdict)
    /// The window before this entry is stable's history, taken over from an earlier run.
    case recalled
    /// The reducer was told something other than a verdict.
    case input(Rollout.Input)
    /// A write is about to be asked of the route store.
    case intent(plan: WeightPlan, revision: RouteRevision)
    case notice(Notice)
    /// The process ended without an outcome; weights stay as they are.
    case interrupted(Reason)
    /// The process took up an unfinished run.
    case resumed(Reason)
    /// The process took the run over from this state, whose earlier journal is elsewhere; the first record after the header.
    indirect case restored(state: RunState, reason: Reason)
    case finished(Outcome)
}
