extension Rollout {
    /// What keeps the weight from rising at the moment, from outside of the run: a freeze, a closed window, a stable version that
    /// burns its own objective. Rollbacks pass, and an operator's `promote`.
    package struct Gate: Sendable, Hashable, Codable {
        package var since: Timestamp
        package var reason: Reason

        /// The process can write no journal any more.
        static let journalLabel = "journal-lost"
        /// Whether it stays closed for as long as this process drives the run.
        var isPermanent: Bool { reason.label == Self.journalLabel }
    }

    /// The gate closes, changes its reason, or opens (nil).
    mutating func gated(_ reason: Reason?, at now: Timestamp) -> [Action] {
        let before = gate
        if let before, before.isPermanent { return [] }
        switch (before, reason) {
        case (nil, nil):
            return []
        case (let gate?, let reason?):
            self.gate = Gate(since: gate.since, reason: reason)
            guard gate.reason.label != reason.label else { return [] }
            return [.notify(Notice(.info, Reason("gate", "still no step up: \(reason.text)")))]
        case (nil, let reason?):
            gate = Gate(since: now, reason: reason)
            let text = "no step up for now: \(reason.text); a regression is still rolled back"
            return [.notify(Notice(.info, Reason("gate", text)))]
        case (let gate?, nil):
            self.gate = nil
            countIdle(since: gate.since, until: routeAwaySince.map { min($0, now) } ?? now)
            let closed = max(now.since(gate.since), .zero).inSeconds
            let text = "steps up are possible again after \(Phrase.duration(closed))"
            return [.notify(Notice(.info, Reason("gate", text)))]
        }
    }

    /// The route cannot be read: from here on the deadline waits.
    mutating func routeGone(at now: Timestamp) {
        routeAwaySince = routeAwaySince ?? now
    }

    /// The route can be read again.
    mutating func routeBack(at now: Timestamp) {
        guard let since = routeAwaySince else { return }
        routeAwaySince = nil
        countIdle(since: since, until: gate.map { min($0.since, now) } ?? now)
    }

    /// Time since the first weight change that counts for the deadline. Time at a closed gate or without the route is no time to
    /// decide in.
    package func decidingTime(at now: Timestamp) -> Duration? {
        guard let firstChangeAt else { return nil }
        let idleSince = [gate?.since, routeAwaySince].compactMap(\.self).min()
        let present = idleSince.map { max(now.since(max($0, firstChangeAt)), .zero) } ?? .zero
        return now.since(firstChangeAt) - gatedTime - present
    }

    /// When the run is decided at the latest, as things are; nil before the first step, and while time does not count.
    package var decidedBy: Timestamp? {
        guard let firstChangeAt, gate == nil, routeAwaySince == nil else { return nil }
        return firstChangeAt.advanced(by: rules.pace.deadline + gatedTime)
    }

    /// `; it is held as it is at 2026-05-28T20:46:40Z if nothing is proved by then`: how long is waited at most.
    var deadlineWords: String {
        guard let decidedBy else { return "" }
        let then = rules.guards.onDeadline == .rollback ? "rolled back" : "held as it is"
        return "; it is \(then) at \(decidedBy.rfc3339) if nothing is proved by then"
    }

    /// Adds a stretch of time that is not for deciding; what another one that still lasts will cover is left to that one.
    private mutating func countIdle(since start: Timestamp, until end: Timestamp) {
        // Before the first step there is no deadline.
        guard let firstChangeAt else { return }
        let idle = end.since(max(start, firstChangeAt))
        if idle > .zero { gatedTime += idle }
    }
}
