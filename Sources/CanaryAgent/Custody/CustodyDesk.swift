import CanaryCore
import CanaryKubernetes

/// What a custody knows, as a value: what is to be written into the cluster, and when.
struct CustodyDesk: Sendable {
    /// Whether the run is still ours to write for.
    enum Standing: Sendable, Hashable {
        case ours
        /// Somebody else may own it; nothing is written any more.
        case lost(Reason)
        /// Given back.
        case left
    }

    /// What the state is kept anew for.
    private struct Mark: Sendable, Hashable {
        var phase: String
        var percent: Double?
        var isPaused: Bool
    }

    var standing = Standing.ours
    var record: RolloutRecord
    var header: RunHeader?
    /// The lease's count, which fences what is kept.
    var transitions: Int
    /// The Lease object's uid, which is another one when it was deleted and made again.
    var lease = ""
    /// Whether the record in the cluster is not this one.
    var isDirty = false
    var nextRenewal: ContinuousClock.Instant
    /// The state that waits to be kept.
    private(set) var pending: (state: RunState, at: Timestamp)?
    private var nextStore: ContinuousClock.Instant?
    private var mark: Mark?
    private var keptAt: ContinuousClock.Instant?
    private var said: Set<String> = []
    /// Since when the lease is not certainly ours, while that lasts.
    var uncertainSince: ContinuousClock.Instant?

    init(record: RolloutRecord, transitions: Int, nextRenewal: ContinuousClock.Instant) {
        self.record = record
        self.transitions = transitions
        self.nextRenewal = nextRenewal
    }

    /// A write is about to be asked for.
    mutating func intend(_ plan: WeightPlan) {
        record.run?.intent = plan
        isDirty = true
    }

    /// Takes in where the run is, and its state if it is time to keep it.
    mutating func follow(_ state: RunState, at now: Timestamp, uptime: ContinuousClock.Instant, every: Duration) {
        note(state)
        let rollout = state.rollout
        let mark = Mark(
            phase: rollout.phase.word,
            percent: rollout.route?.weights.canaryPercent,
            isPaused: rollout.isPaused
        )
        guard mark != self.mark || keptAt.map({ $0.duration(to: uptime) >= every }) ?? true else { return }
        self.mark = mark
        keptAt = uptime
        pending = (state, now)
    }

    /// What the record has to say of a state.
    mutating func note(_ state: RunState) {
        if let release = state.rollout.release, record.run?.release != release {
            record.run?.release = release
            isDirty = true
        }
        guard let found = state.rollout.route?.weights.canaryPercent, let intent = record.run?.intent,
            (intent.canaryPercent - found).magnitude < 1e-6
        else { return }
        record.run?.percent = found
        let highest = max(record.run?.highestPercent ?? found, found)
        record.run?.highestPercent = highest
        record.run?.intent = nil
        isDirty = true
    }

    /// The state to keep now, if one waits.
    mutating func takePending(at uptime: ContinuousClock.Instant) -> (state: RunState, at: Timestamp)? {
        guard let pending, nextStore.map({ $0 <= uptime }) ?? true else { return nil }
        self.pending = nil
        return pending
    }

    /// Puts a state back that could not be kept, unless a newer one waits.
    mutating func retry(_ state: RunState, at: Timestamp, after: ContinuousClock.Instant) {
        pending = pending ?? (state, at)
        nextStore = after
    }

    /// Whether this word is said for the first time.
    mutating func isNews(_ word: String) -> Bool { said.insert(word).inserted }
}
