package import CanaryCore
package import CanaryKubernetes
package import CanaryReport
import Synchronization

/// An agent as it is at one moment: what its page, its metrics and its probes show.
package struct AgentSnapshot: Sendable {
    /// One canary.
    package struct Canary: Sendable {
        package var key: CanaryKey
        /// Whether this replica looks after it.
        package var isMine: Bool
        /// Of another replica's canary as the object has it; nil before it was looked at.
        package var status: CanaryStatus?
        /// The run of this process; nil if there is none here.
        package var run: Run?
    }

    /// A run of this process.
    package struct Run: Sendable {
        package var id: String?
        package var startedAt: Timestamp
        /// What the run shows to browsers and to monitoring.
        package var page: StatusBoard
        /// Its story so far; nil before it has begun.
        package var story: StoryBoard?
    }

    package var at: Timestamp
    package var version: String
    package var identity: String
    /// The replicas that are alive, this one included.
    package var members: [String]
    package var isMember: Bool
    /// In the order of their names.
    package var canaries: [Canary]
    package var mirrors: [MirrorPool.Freshness]
    /// How many runs go on here, how many releases wait to begin, how many objects cannot be used.
    package var running: Int
    package var waiting: Int
    package var invalid: Int
    /// Scopes whose brakes hold.
    package var brakes: [Reason]
    /// Policies as they stand at the moment, the cluster's first.
    package var policies: [AgentView.Policy]
    /// Runs that nobody goes on with and that could not be taken over yet.
    package var orphans: Int
    /// How many statuses wait to be written.
    package var statusBacklog: Int
    /// What is wrong with the agent itself, as sentences.
    package var troubles: [String]
}

/// Where an agent leaves what is asked for from outside; readers take a copy and wait for nobody.
package final class AgentBoard: Sendable {
    private struct State {
        var snapshot: AgentSnapshot?
        var lastBeat = ContinuousClock.now
        var areMirrorsListed = false
        var isMember = false
        var isLeaving = false
    }

    private let state = Mutex(State())

    package init() {}

    package var snapshot: AgentSnapshot? { state.withLock { $0.snapshot } }

    /// Whether the agent's loop is alive.
    package func health(at now: ContinuousClock.Instant = .now) -> BoardAnswer {
        let silent = state.withLock { $0.lastBeat.duration(to: now) }
        let words = "\(Phrase.duration(silent.inSeconds.rounded())) since the agent's loop last went round"
        return silent <= .seconds(60) ? BoardAnswer(true, "ok: \(words)") : BoardAnswer(false, "stuck: \(words)")
    }

    /// Whether the agent sees the cluster and is known to its fellows.
    package var readiness: BoardAnswer {
        state.withLock { state in
            if state.isLeaving { return BoardAnswer(false, "not ready: the agent hands its rollouts over and ends") }
            guard state.areMirrorsListed else {
                return BoardAnswer(false, "not ready: the cluster's objects are not listed yet")
            }
            guard state.isMember else { return BoardAnswer(false, "not ready: the agent's own Lease is not held") }
            return BoardAnswer(true, "ok: the cluster's objects are mirrored and the agent's Lease is held")
        }
    }

    func beat() { state.withLock { $0.lastBeat = .now } }

    func publish(_ snapshot: AgentSnapshot) { state.withLock { $0.snapshot = snapshot } }

    func note(areMirrorsListed: Bool, isMember: Bool) {
        state.withLock { state in
            state.areMirrorsListed = areMirrorsListed
            state.isMember = isMember
        }
    }

    func noteLeaving() { state.withLock { $0.isLeaving = true } }
}
