package import CanaryCore
import CanaryJournal

/// Follows a run by its journal, from the beginning to the end, whichever process it is in.
package struct RunWatch {
    /// How a watch ended.
    package enum End: Sendable {
        case finished(RecordedRun, Outcome)
        /// The run's process ended without an outcome, with a word about it or without.
        case abandoned(RecordedRun)
        /// Whoever watches has had enough; with the signal's name.
        case left(String)
    }

    private let folder: RunFolder
    private let inbox: RunInbox
    private let pause: Duration

    /// - Parameters:
    ///   - inbox: takes the signals that end the watch.
    ///   - pause: between two looks at the journal.
    package init(folder: RunFolder, inbox: RunInbox, pause: Duration = .milliseconds(200)) {
        self.folder = folder
        self.inbox = inbox
        self.pause = pause
    }

    /// Tells what has happened so far to `past`, then that this is all, and what happens from now on to `present`.
    package func run(
        past: (RunProgress) -> Void,
        caughtUp: () -> Void = {},
        present: (RunProgress) -> Void
    ) async throws(AgentError) -> End {
        do {
            return try await follow(past, caughtUp, present)
        } catch let error as AgentError {
            throw error
        } catch let error as JournalError {
            throw AgentError(error)
        } catch {
            throw AgentError("the journal in \(folder.path) cannot be followed", cause: "\(error)")
        }
    }

    private func follow(
        _ past: (RunProgress) -> Void,
        _ caughtUp: () -> Void,
        _ present: (RunProgress) -> Void
    ) async throws -> End {
        var follower = try JournalFollower(path: folder.path)
        var telling = JournalTelling()
        try Self.poll(&follower, &telling, past)
        caughtUp()
        while true {
            if let snapshot = telling.snapshot, let outcome = snapshot.ledger.outcome {
                return .finished(Self.recorded(telling, snapshot, follower.path), outcome)
            }
            // The order matters: a process that ends writes first and lets go of the lock then.
            let isHeld = try folder.holder() != .nobody
            let count = try Self.poll(&follower, &telling, present)
            if count == 0, !isHeld {
                guard let snapshot = telling.snapshot else {
                    throw AgentError("the journal \(follower.path) holds no run")
                }
                return .abandoned(Self.recorded(telling, snapshot, follower.path))
            }
            if count == 0 { try await Task.sleep(for: pause) }
            if let signal = inbox.interruption { return .left(signal) }
        }
    }

    @discardableResult
    private static func poll(
        _ follower: inout JournalFollower,
        _ telling: inout JournalTelling,
        _ show: (RunProgress) -> Void
    ) throws -> Int {
        let path = follower.path
        var failure: AgentError?
        let count = try follower.poll { record in
            guard failure == nil else { return }
            do throws(JournalError) {
                if let progress = try telling.add(record) { show(progress) }
            } catch {
                failure = AgentError(error, record: telling.recordCount, of: path)
            }
        }
        if let failure { throw failure }
        return count
    }

    private static func recorded(_ telling: JournalTelling, _ snapshot: RunSnapshot, _ path: String) -> RecordedRun {
        RecordedRun(snapshot: snapshot, interruption: telling.interruption, journalPath: path)
    }
}
