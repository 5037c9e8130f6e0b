package import CanaryCore
package import CanaryJournal

/// A folder of journals, seen from outside.
package struct RunFolder: Sendable, Hashable {
    /// Without a slash at its end.
    package let path: String

    package init(path: String) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// Whether a process runs a rollout here.
    package func holder() throws(AgentError) -> JournalHolder {
        do {
            return try JournalHolder(directory: path)
        } catch {
            throw AgentError(error)
        }
    }

    /// Whether a process runs a rollout here; false if that cannot be told.
    var isHeld: Bool { (try? holder()).map { $0 != .nobody } ?? false }

    /// Whether the newest run has no outcome; false if that cannot be told.
    var isUnfinished: Bool { (try? recorded()).map { $0.outcome == nil } ?? false }

    /// The newest run as its journal tells it.
    package func recorded() throws(AgentError) -> RecordedRun {
        do {
            var telling = JournalTelling()
            let (_, path) = try JournalRecords.forEach(path: path) { record in
                _ = try telling.add(record)
                return .next
            }
            guard let snapshot = telling.snapshot else {
                throw AgentError(
                    "the journal \(path) holds no run",
                    hint: "its first write was cut off before the run began"
                )
            }
            guard snapshot.header.purpose == nil else {
                throw AgentError(
                    "the journal \(path) is of a judgement of the past, not of a run",
                    hint: "haldane explain \(path)"
                )
            }
            return RecordedRun(snapshot: snapshot, interruption: telling.interruption, journalPath: path)
        } catch let error as AgentError {
            throw error
        } catch let error as JournalError {
            throw AgentError(error)
        } catch {
            throw AgentError("the journal in \(path) cannot be read", cause: "\(error)")
        }
    }
}

/// A run as its journal tells it.
package struct RecordedRun: Sendable {
    package var snapshot: RunSnapshot
    /// Why its last process ended, if that ended with a word about it.
    package var interruption: Reason?
    package var journalPath: String

    package var outcome: Outcome? { snapshot.ledger.outcome ?? snapshot.rollout.outcome }
}

extension AgentError {
    init(_ error: JournalError) {
        // What is damaged was no use to ask for, whoever asks.
        let isDamaged = error.code == .corrupt || error.code == .unsupportedVersion
        self.init(
            error.message,
            cause: error.cause,
            hint: error.hint,
            exitCode: isDamaged ? .usage : .unknown
        )
    }
}
