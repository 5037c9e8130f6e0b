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
            // Time at a closed gate is no time to decide in. Before the first step there is no deadline.
            if let firstChangeAt {
                let closed = now.since(max(gate.since, firstChangeAt))
                if closed > .zero { gatedTime += closed }
            }
            let closed = max(now.since(gate.since), .zero).inSeconds
            let text = "steps up are possible again after \(Phrase.duration(closed))"
            return [.notify(Notice(.info, Reason("gate", text)))]
        }
    }

    /// Time since the first weight change that counts for the deadline.
    func decidingTime(at now: Timestamp) -> Duration? {
        guard let firstChangeAt else { return nil }
        let present = gate.map { max(now.since(max($0.since, firstChangeAt)), .zero) } ?? .zero
        return now.since(firstChangeAt) - gatedTime - present
    }
}
