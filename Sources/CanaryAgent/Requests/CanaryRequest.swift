package import CanaryCore

/// What an operator asks of a canary in the cluster: annotations on the object, answered in `status.request`.
package struct CanaryRequest: Sendable, Hashable {
    /// What is to be done.
    package enum Verb: String, Sendable, Hashable, CaseIterable {
        case promote
        case rollback
        case pause
        case resume
        /// What was tried is tried again.
        case retry
    }

    /// Unlike that of any other request of the object: 8 to 64 of a-z, 0-9 and '-'.
    package var id: String
    package var verb: Verb
    /// Promote past what is not proved, or what a freeze forbids; needs the permission `force-promote` on canaries.
    package var force: Bool
    /// What a forced promotion is about: the run that its operator saw, or where none went on the revision that waited; see
    /// `CanaryLook.target`. What comes after is not promoted by it.
    package var target: String?
    package var reason: String
    /// The user as the API server knows it.
    package var by: String
    package var at: Timestamp

    package init(
        id: String,
        verb: Verb,
        force: Bool = false,
        target: String? = nil,
        reason: String,
        by: String,
        at: Timestamp
    ) {
        self.id = id
        self.verb = verb
        self.force = force
        self.target = target
        self.reason = reason
        self.by = by
        self.at = at
    }

    /// `promote --force`.
    package var words: String { force ? "\(verb.rawValue) --force" : verb.rawValue }

    /// As annotations, see `RequestAnnotations`.
    package var members: [String: String] {
        var members = ["id": id, "verb": verb.rawValue, "reason": reason, "by": by, "at": at.rfc3339]
        if force {
            members["force"] = "true"
            members["target"] = target
        }
        return members
    }

    /// What is written into the journal and the weights' audit.
    package var command: Rollout.OperatorCommand? {
        let verb: Rollout.OperatorCommand.Verb
        switch self.verb {
        case .promote: verb = .promote
        case .rollback: verb = .rollback
        case .pause: verb = .pause
        case .resume: verb = .resume
        case .retry: return nil
        }
        return Rollout.OperatorCommand(verb, reason: reason, by: by)
    }

    /// What the run that a promotion begins tells first: who, whether by force, past what, and why.
    ///
    /// - Parameter gate: what held the release; nil if it is not known.
    package func beginning(past gate: Reason?) -> Reason {
        let held = gate.map { " past what holds it (\($0.text))" } ?? ""
        let why = reason.isEmpty ? "no reason given" : reason
        return force
            ? Reason("forced", "forced by \(by): begun\(held): \(why)")
            : Reason("begun", "begun by \(by)\(held): \(why)")
    }

    /// The answer to a promotion that begins a run.
    package func begun(past gate: Reason?, of canary: CanaryKey) -> String {
        let word = force ? "forced by \(by): its run begins" : "its run begins, asked for by \(by)"
        guard let gate else { return word }
        let again = canary.command(force ? "promote --force" : "promote")
        return "\(word) and takes its first step past what holds it (\(gate.text)); "
            + "each further step waits there, unless it is \(force ? "forced" : "asked for") again: `\(again)`"
    }

    /// The answer to it as the status shows it; the message as one plain line.
    package func answer(
        _ result: CanaryStatus.RequestAnswer.Result,
        _ message: String,
        at now: Timestamp
    ) -> CanaryStatus.RequestAnswer {
        CanaryStatus.RequestAnswer(
            id: id,
            verb: verb.rawValue,
            result: result,
            message: PlainLine.of(message, limit: 1000),
            by: by,
            at: now
        )
    }
}
