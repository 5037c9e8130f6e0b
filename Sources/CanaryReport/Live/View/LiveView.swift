package import CanaryCore
import CanaryTelemetry

/// What a terminal shows of a run: fed with what happened, asked for frames.
///
/// Memory is bounded: counts, the last rounds, and the last decisions.
package struct LiveView: Sendable {
    private(set) var header: RunHeader?
    private(set) var rollout: Rollout?
    private(set) var ledger = RunLedger()
    private(set) var at: Timestamp?
    /// When the last round ended.
    private(set) var roundAt: Timestamp?
    private(set) var verdict: Verdict?
    /// The last verdict that compared the versions.
    private(set) var comparison: Verdict?
    private(set) var log = LiveLog()
    private(set) var lastWindow: Window?
    private(set) var rounds = RoundTrend()
    private(set) var latency = LatencyTotals()

    package init() {}

    /// Notes what happened.
    package mutating func note(_ progress: RunProgress) {
        header = progress.header
        rollout = progress.rollout
        ledger = progress.ledger
        at = progress.at
        switch progress.happening {
        case .judged(let window, let verdict):
            roundAt = progress.at
            percentInForce = percent
            lastWindow = window
            self.verdict = verdict
            if verdict.window > 0 { comparison = verdict }
            rounds.add(window)
            latency.add(window)
        case .wrote(let plan):
            log.wrote(plan, from: percentInForce, because: verdict, at: elapsed)
            percentInForce = plan.canaryPercent
        default:
            log.add(progress, at: elapsed)
        }
    }

    /// Notes something that is no part of the run, e.g. that operators cannot reach it.
    package mutating func remark(_ text: String) {
        log.add(elapsed, .unknown, .warning, text)
    }

    package var isPaused: Bool { rollout?.isPaused ?? false }
    package var isOver: Bool { rollout?.outcome != nil }
    package var hasBegun: Bool { header != nil }
    /// The time of the last thing that happened.
    package var lastAt: Timestamp? { at }
    /// How long a round takes when all is well, in seconds.
    package var interval: Double { header?.spec.pace.interval.inSeconds ?? 1 }
    /// Counts the remarks and happenings of the log: nothing was noted as long as it stays the same.
    package var revision: Int { log.revision }

    /// Seconds since the run began, as of the last thing that happened.
    var elapsed: Double { elapsed(at: at) }

    func elapsed(at moment: Timestamp?) -> Double {
        guard let moment, let header else { return 0 }
        return max(moment.since(header.startedAt).inSeconds, 0)
    }

    /// The step in force, while there is one.
    var stepState: Rollout.StepState? {
        switch rollout?.phase {
        case .analyzing(let state), .baking(let state): state
        default: nil
        }
    }

    /// The canary's share that the route says, in percent.
    var percent: Double { rollout?.route?.weights.canaryPercent ?? 0 }

    /// The same as of the last round or write: a rollout knows of a write before it is told.
    private var percentInForce: Double?
}
