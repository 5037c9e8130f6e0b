package import CanaryCore
import CanaryTelemetry

/// What a run shows to a monitoring system: fed with what happened and what was written down, asked for samples.
///
/// Memory is bounded: counts under few words, and the last state of the run.
package struct RunMetrics: Sendable {
    /// How a write of the route ended.
    enum WriteResult: String, Sendable, Hashable, CaseIterable {
        case applied
        case conflict
        case unavailable
        case impossible
    }

    struct Write: Sendable, Hashable {
        var purpose: WeightPlan.Purpose
        var result: WriteResult
    }

    private(set) var header: RunHeader?
    private(set) var rollout: Rollout?
    private(set) var ledger = RunLedger()
    private(set) var windows = 0
    private(set) var unusable = BoundedCounts()
    private(set) var faults: [WindowQuality.Side: BoundedCounts] = [:]
    private(set) var restarts = 0
    private(set) var verdicts: [Verdict.Kind: Int] = [:]
    private(set) var notices: [Notice.Urgency: Int] = [:]
    private(set) var writes: [Write: Int] = [:]
    private var refusals = BoundedCounts()
    /// By the machine's clock.
    private(set) var lastWindowAt: Timestamp
    private(set) var lastUsableAt: Timestamp
    private(set) var isJournalLost = false
    private(set) var rollbackSeconds: Double?
    private var rollbackSince: Timestamp?
    private var purpose: WeightPlan.Purpose?

    /// - Parameter now: by the machine's clock.
    package init(at now: Timestamp) {
        lastWindowAt = now
        lastUsableAt = now
    }

    /// Whether rounds could be judged: telemetry has been read.
    package var hasTelemetry: Bool { verdicts.contains { $0.key != .unknown && $0.value > 0 } }

    /// Writes of the route that were not taken, by the word of the reason.
    package var refusedWrites: [String: Int] { refusals.counts }

    package var isJournalWritable: Bool { !isJournalLost }

    /// Notes what happened.
    ///
    /// - Parameter now: by the machine's clock; the run's own may be a simulation's.
    package mutating func note(_ progress: RunProgress, at now: Timestamp) {
        header = progress.header
        rollout = progress.rollout
        ledger = progress.ledger
        noteRollback(progress)
        switch progress.happening {
        case .judged(let window, let verdict):
            note(window, at: now)
            verdicts[verdict.kind, default: 0] += 1
        case .notice(let notice):
            notices[notice.urgency, default: 0] += 1
            if notice.reason.label == "journalLost" { isJournalLost = true }
        case .started, .resumed, .wrote, .finished, .interrupted:
            break
        }
    }

    /// Notes what was written down: writes are seen here alone.
    package mutating func note(_ entry: JournalEntry) {
        guard case .event(let event, _) = entry else { return }
        switch event {
        case .intent(let plan, _): purpose = plan.purpose
        case .input(.applied): noteWrite(.applied)
        case .input(.refused(let fault)):
            if purpose != nil { refusals.add(fault.reason.label) }
            switch fault {
            case .conflict: noteWrite(.conflict)
            case .unavailable: noteWrite(.unavailable)
            case .impossible: noteWrite(.impossible)
            }
        default: break
        }
    }

    /// Notes the state of a run that was taken up.
    package mutating func note(_ header: RunHeader, _ state: RunState) {
        self.header = header
        rollout = state.rollout
        ledger = state.ledger
    }

    private mutating func noteWrite(_ result: WriteResult) {
        guard let purpose else { return }
        self.purpose = nil
        writes[Write(purpose: purpose, result: result), default: 0] += 1
    }

    private mutating func note(_ window: Window, at now: Timestamp) {
        windows += 1
        lastWindowAt = max(lastWindowAt, now)
        if let reason = window.quality.unusable?.reason {
            unusable.add(reason.label)
        } else {
            lastUsableAt = max(lastUsableAt, now)
        }
        for fault in window.quality.faults { faults[fault.side, default: BoundedCounts()].add(fault.label) }
        restarts += window.quality.restarts.count
    }

    private mutating func noteRollback(_ progress: RunProgress) {
        switch progress.rollout.phase {
        case .rollingBack(let state), .emptying(let state):
            rollbackSince = state.since
            rollbackSeconds = max(progress.at.since(state.since).inSeconds, 0)
        case .finished:
            guard let since = rollbackSince else { return }
            rollbackSince = nil
            rollbackSeconds = max(progress.at.since(since).inSeconds, 0)
        default:
            break
        }
    }

    package static let phases = [
        "starting", "watching", "stepping", "analyzing", "baking", "rollingBack", "emptying", "finished",
    ]
    static let holds: [Outcome.Hold] = [
        .deadline, .contested, .weightNotEffective, .capacity, .telemetryLost, .journalLost, .routeLost, .orphaned,
    ]
    static let verdictKinds: [Verdict.Kind] = [.healthy, .degraded, .undecided, .unknown]
}

/// Counts under a limited number of words.
struct BoundedCounts: Sendable, Hashable {
    private(set) var counts: [String: Int] = [:]

    mutating func add(_ word: String) {
        counts[counts[word] != nil || counts.count < Self.most ? word : "other", default: 0] += 1
    }

    var sorted: [(word: String, count: Int)] {
        counts.sorted { $0.key < $1.key }.map { (word: $0.key, count: $0.value) }
    }

    private static let most = 40
}
