import CanaryTelemetry

/// One rollout through the real reducer and judge, in the order in which a driver feeds them, on a route that does as it is told.
///
/// It ends with the decision to roll back: that a placebo is empty afterwards would say nothing.
struct RehearsedRollout {
    private var state: RunState
    private var traffic: PlaceboTraffic
    private var revision = 0
    private var weights = RouteWeights(stable: 100, canary: 0)
    private var ending: RehearsalRun.Ending?
    private var reason: Reason?
    /// The kind of the verdict that is being acted on.
    private var kind: Verdict.Kind?

    init(spec: CanarySpec, startedAt: Timestamp, traffic: PlaceboTraffic) {
        let header = RunHeader(
            version: "",
            run: "rehearsal",
            startedAt: startedAt,
            spec: spec,
            roles: .asNamed,
            place: "rehearsal"
        )
        state = RunState(header: header)
        self.traffic = traffic
    }

    /// Plays windows from `index` on to the outcome, or to the end of the history.
    mutating func play(_ windows: [TimedWindow], from index: Int, number: Int) -> RehearsalRun {
        let startedAt = state.ledger.startedAt ?? Timestamp(milliseconds: 0)
        var now = startedAt
        feed(.routeRead(snapshot), at: now)
        var position = index
        while ending == nil, position < windows.count {
            guard let window = traffic.window(at: position, percent: weights.canaryPercent) else { break }
            now = windows[position].at
            judge(window, at: now)
            position += 1
        }
        let ledger = state.ledger
        let cut =
            position < windows.count
            ? Reason("too-few-pods", "no pod was left to play the canary while two stay stable")
            : Reason("history-ended", "the history ended before the rollout did")
        return RehearsalRun(
            number: number,
            ending: ending ?? .historyEnded,
            reason: reason ?? cut,
            open: ledger.lastComparison?.reason,
            missingRequests: ledger.lastComparison?.missingRequests,
            startedAt: startedAt,
            firstChangeAt: state.rollout.firstChangeAt,
            endedAt: now,
            percent: weights.canaryPercent,
            canaryRequests: ledger.canaryRequests,
            canaryFailures: ledger.canaryFailures,
            judgedWindows: ledger.lastComparison?.window ?? 0,
            pods: traffic.allPlacebos
        )
    }

    private mutating func judge(_ window: Window, at now: Timestamp) {
        var window = window
        let context = state.rollout.judgingContext
        window.weight = context.canaryPercent
        window.isHistory = context.phase == .watching && window.canary.isEmpty
        let verdict = state.judge.judge(window, in: context)
        kind = verdict.kind
        let before = state.rollout
        let actions = state.rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
        state.ledger.judged(window, in: context, verdict, at: now)
        state.noteWeights(since: before, at: now)
        perform(actions, at: now)
    }

    private mutating func feed(_ input: Rollout.Input, at now: Timestamp) {
        let before = state.rollout
        let actions = state.rollout.handle(input, at: now)
        state.noteWeights(since: before, at: now)
        perform(actions, at: now)
    }

    private mutating func perform(_ actions: [Rollout.Action], at now: Timestamp) {
        for action in actions where ending == nil {
            switch action {
            case .readRoute:
                feed(.routeRead(snapshot), at: now)
            case .apply(let plan, _) where plan.purpose == .rollback:
                endWithRollback()
            case .apply(let plan, _):
                weights = Self.weights(plan.canaryPercent)
                revision += 1
                feed(.applied(snapshot), at: now)
            case .notify:
                break
            case .finish(let outcome):
                end(with: outcome)
            }
        }
    }

    private mutating func endWithRollback() {
        let cause: Reason? =
            switch state.rollout.phase {
            case .rollingBack(let state): state.reason
            default: nil
            }
        reason = cause
        ending = kind == .degraded ? .rolledBack : .undecided(cause?.label ?? "rollback")
    }

    private mutating func end(with outcome: Outcome) {
        reason = outcome.reason
        ending =
            switch outcome {
            case .promoted: .promoted
            // A rollback of an untouched route, as by the absolute guard while stable is watched, writes nothing.
            case .rolledBack, .stopped: kind == .degraded ? .rolledBack : .undecided(outcome.reason.label)
            case .held(let hold, _): .undecided(hold.rawValue)
            case .refused(let reason): .undecided(reason.label)
            case .judged: .undecided(outcome.word)
            }
    }

    private var snapshot: RouteSnapshot {
        RouteSnapshot(revision: RouteRevision("\(revision)"), weights: weights, place: "rehearsal")
    }

    /// Whole weights for any share of the canary.
    private static func weights(_ percent: Double) -> RouteWeights {
        for sum in [100, 1000, 10_000, 1_000_000] {
            if let weights = RouteWeights(canaryPercent: percent, sum: sum) { return weights }
        }
        let fine = 1_000_000_000
        let canary = Int((min(max(percent, 0), 100) * Double(fine) / 100).rounded())
        return RouteWeights(stable: fine - canary, canary: canary)
    }
}
