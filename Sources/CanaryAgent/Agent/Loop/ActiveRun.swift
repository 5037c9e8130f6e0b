import CanaryCore
import CanaryTelemetry
import Synchronization

/// A run of this process: how it is reached, and how it stands.
final class ActiveRun: Sendable {
    let canary: CanaryKey
    /// Of the object when it began: a newer one applies to the next run.
    let generation: String
    let spec: CanarySpec
    /// The canary's own policies as it began.
    let own: [ScopedPolicy]
    let inbox = RunInbox()
    let gate: AgentGate
    let page: StatusBoard
    let startedAt: Timestamp

    private struct State {
        var progress: RunProgress?
        var story: StoryBoard?
        var isLeaving = false
        var isTurned = false
    }

    private let state = Mutex(State())

    init(
        canary: CanaryKey,
        generation: String,
        spec: CanarySpec,
        own: [ScopedPolicy],
        gate: AgentGate,
        page: StatusBoard,
        at now: Timestamp
    ) {
        self.canary = canary
        self.generation = generation
        self.spec = spec
        self.own = own
        self.gate = gate
        self.page = page
        startedAt = now
    }

    /// The last thing that happened; nil before it has begun.
    var progress: RunProgress? { state.withLock { $0.progress } }

    var story: StoryBoard? { state.withLock { $0.story } }

    func note(_ progress: RunProgress) { state.withLock { $0.progress = progress } }

    func follow(_ story: StoryBoard) { state.withLock { $0.story = story } }

    /// Whether this is the first time that the run is turned back from outside.
    func turnOnce() -> Bool {
        state.withLock { state in
            defer { state.isTurned = true }
            return !state.isTurned
        }
    }

    /// Asks the run to end, weights as they are, for others to go on with; once.
    func leave(_ reason: Reason) {
        let isFirst = state.withLock { state in
            defer { state.isLeaving = true }
            return !state.isLeaving
        }
        if isFirst { inbox.send(.leave(reason)) }
    }
}

/// What keeps one run from stepping up: the policies above it, the fleet's brakes, and its own stable version in trouble.
///
/// The agent publishes policies when they change; the run feeds the counts and asks each round.
final class AgentGate: StepGate {
    private struct State {
        var policy: PolicyGate
        var burns: [StableBurn]
        /// While the agent does not know the policies.
        var unknown: Reason?
        /// The word of the gate that an operator passes, until the next step is written.
        var pass: String?
    }

    private let state: Mutex<State>

    init(_ policy: PolicyGate, unknown: Reason? = nil) {
        state = Mutex(State(policy: policy, burns: Self.burns(policy), unknown: unknown))
    }

    /// Takes policies as they are now; what was counted goes on where the objective is the same.
    func publish(_ policy: PolicyGate, unknown: Reason? = nil) {
        state.withLock { state in
            state.unknown = unknown
            guard state.policy != policy else { return }
            state.policy = policy
            let kept = state.burns
            state.burns = Self.burns(policy).map { new in kept.first { $0.objective == new.objective } ?? new }
        }
    }

    /// Lets the run step up past the gate of this word, once.
    func passOnce(_ label: String) { state.withLock { $0.pass = label } }

    /// A step was written: what was passed holds again.
    func stepped() { state.withLock { $0.pass = nil } }

    /// Takes what happened in the run that it is about.
    func observe(_ progress: RunProgress) {
        switch progress.happening {
        case .judged(let window, _): observe(window, at: progress.at)
        case .wrote(let plan): if plan.purpose != .rollback { stepped() }
        case .notice, .finished, .started, .resumed, .interrupted: break
        }
    }

    /// Takes stable's counts of a usable round.
    func observe(_ window: Window, at now: Timestamp) {
        guard window.quality.unusable == nil else { return }
        let requests = window.stableTotal
        let failures = window.stable.reduce(0) { $0 &+ $1.failures }
        state.withLock { state in
            for index in state.burns.indices {
                state.burns[index].observe(requests: requests, failures: failures, seconds: window.seconds, at: now)
            }
        }
    }

    func recall(_ windows: [TimedWindow]) {
        for recalled in windows { observe(recalled.window, at: recalled.at) }
    }

    func closed(for header: RunHeader, at now: Timestamp) async -> Reason? {
        state.withLock { state in
            let burning = state.burns.lazy.compactMap(\.reason).first
            let reason = state.unknown ?? state.policy.closed(at: now, burning: burning)
            return reason?.label == state.pass ? nil : reason
        }
    }

    private static func burns(_ policy: PolicyGate) -> [StableBurn] {
        policy.policies.compactMap { $0.policy.objective.map { StableBurn($0) } }
    }
}
