import CanaryCore
import CanaryYAML

/// Requests that come while nobody can tell yet whom they concern: at a restart, and while a run changes hands.
extension AgentLoop {
    /// Who begins the runs of agents, as records name them.
    private static let name = "haldane-agent"

    /// Whether a request is better left unanswered for now: who can obey it will be known soon. Not for longer than a request is
    /// good for.
    func isTooEarly(_ request: CanaryRequest, for key: CanaryKey, at now: Timestamp) -> Bool {
        guard now.since(request.at) <= RequestReader.patience, let entry = entries[key] else { return false }
        // It is about to begin, or to be taken over.
        if let run = runs[key] { return run.progress == nil }
        if let run = entry.record.run {
            return run.by == Self.name || entry.record.holder.isEmpty || orphans[key] != nil || takeovers[key] != nil
        }
        if case .failure? = entry.resolved?.result { return false }
        guard entry.decision != nil else { return true }
        guard request.verb == .rollback, entry.population == nil || entry.weights == nil else { return false }
        guard let trouble = entry.trouble else { return true }
        return ["pods-unknown", "route-unknown"].contains(trouble.label)
    }

    /// Leaves a request for the next look.
    mutating func leaveUnanswered(_ request: CanaryRequest, of key: CanaryKey) {
        guard entries[key]?.early?.id != request.id else { return }
        entries[key]?.early = request
        let words = "it waits until it is known who can obey it: the canary, or its run, is not known in full yet"
        log.tell("request-waits", key, [("id", request.id), ("verb", request.verb.rawValue), ("message", words)])
    }

    /// Looks again at once where the request that waited can be answered.
    mutating func lookAgain(_ key: CanaryKey, at now: Timestamp) {
        guard let request = entries[key]?.early, !isTooEarly(request, for: key, at: now) else { return }
        entries[key]?.early = nil
        wake.ring(key)
    }
}
