/// One run as a pure value: inputs in, actions out.
///
/// Laws, tested over random input sequences:
/// - after the first step the canary's weight rises only directly after a fresh healthy verdict at the present, proved weight,
///   or by an operator's command;
/// - unknown and undecided never count as healthy;
/// - a rollback is reachable from every phase in one input and never waits for telemetry or an interval;
/// - no input traps, and a finished run does nothing.
package struct Rollout: Sendable, Hashable, Codable {
    package internal(set) var rules: RolloutRules
    package internal(set) var phase: Phase = .starting
    /// The route as it was last read or written.
    package internal(set) var route: RouteSnapshot?
    /// When the first weight was changed; the deadline counts from here.
    package internal(set) var firstChangeAt: Timestamp?
    /// Whether an operator has paused the run: it may be rolled back, not advanced.
    package var isPaused: Bool { pause != nil }
    package internal(set) var pause: Pause?
    /// What keeps the weight from rising, from outside of the run; nil if nothing does.
    package internal(set) var gate: Gate?
    /// Since when stable has had no ready pod while the two are compared.
    var stableAwaySince: Timestamp?
    /// When the first of stable's pods was seen to be ready again.
    var stableBackAt: Timestamp?
    /// For how long gates were closed or the route was away since the first weight change; what lasts now is not counted.
    var gatedTime = Duration.zero
    /// Since when the route cannot be read.
    var routeAwaySince: Timestamp?
    package internal(set) var historyWindows = 0
    package internal(set) var historySeconds = 0.0
    /// Since when no usable telemetry has come in.
    var lossSince: Timestamp?
    var lossReason: Reason?
    /// The step in force while a write is on its way.
    var current: StepState?
    var hasWarnedOfBypass = false
    /// Rounds in a row in which the route could not be read, and whether the present one is among them.
    var unreadableRounds = 0
    var isRouteUnreadable = false
    /// The last step that was asked for, until it is known whether it was written.
    var askedStep: AskedStep?
    var unansweredWrites = 0
    /// The pods as last seen; nil if that is not known now, or never was.
    package internal(set) var population: Population?
    /// Whether pods were ever known: then a step up needs to know them.
    var hasPopulation = false
    package internal(set) var release: Release?
    package internal(set) var load = LoadMemory()
    package internal(set) var block: CapacityBlock?
    package internal(set) var pendingRollback: PendingRollback?
    /// Since when somebody else's weights are in force: nothing is promoted any more.
    package internal(set) var contest: Contest?
    var hasWarnedOfObjection = false

    package init(rules: RolloutRules) {
        self.rules = rules
    }

    /// Takes one input and says what to do, in order.
    package mutating func handle(_ input: Input, at now: Timestamp) -> [Action] {
        if case .finished = phase { return [] }
        return switch input {
        case .routeRead(let snapshot): routeRead(snapshot, at: now)
        case .routeUnreadable(let reason): routeUnreadable(reason, at: now)
        case .applied(let snapshot): applied(snapshot, at: now)
        case .refused(let fault): refused(fault, at: now)
        case .judged(let window, let verdict): judged(window, verdict, at: now)
        case .command(let command): commanded(command, at: now)
        case .priorHistory(let windows, let seconds): recall(windows: windows, seconds: seconds)
        case .journalLost(let reason): journalLost(reason, at: now)
        case .population(let population): populationSeen(population, at: now)
        case .gate(let reason): gated(reason, at: now)
        case .tick: tick(at: now)
        }
    }

    /// The outcome, once the run has ended.
    package var outcome: Outcome? {
        if case .finished(let outcome) = phase { outcome } else { nil }
    }

    /// When `tick` is wanted, if before the next window.
    package var wakeAt: Timestamp? {
        if case .rollingBack(let state) = phase { state.retryAt } else { nil }
    }

    /// What the judge has to know about the next window.
    package var judgingContext: JudgingContext {
        let percent = route?.weights.canaryPercent ?? 0
        func context(_ phase: JudgingContext.Phase, _ state: StepState) -> JudgingContext {
            JudgingContext(
                phase: phase,
                canaryPercent: state.percent,
                step: state.step,
                isFirstAfterWeightChange: state.windows == 0,
                countsForPromotion: state.split.isProved
            )
        }
        switch phase {
        case .analyzing(let state):
            return context(.analyzing, state)
        case .baking(let state):
            return context(.baking, state)
        case .stepping:
            if let current { return context(.analyzing, current) }
            fallthrough
        case .starting, .watching:
            return JudgingContext(
                phase: .watching,
                canaryPercent: percent,
                step: 0,
                isFirstAfterWeightChange: false,
                countsForPromotion: false
            )
        case .rollingBack, .emptying, .finished:
            return JudgingContext(
                phase: .idle,
                canaryPercent: percent,
                step: 0,
                isFirstAfterWeightChange: false,
                countsForPromotion: false
            )
        }
    }

    private mutating func recall(windows: Int, seconds: Double) -> [Action] {
        historyWindows += min(max(windows, 0), 1_000_000)
        historySeconds += seconds.isFinite ? max(seconds, 0) : 0
        return []
    }

    mutating func finish(_ outcome: Outcome) -> [Action] {
        phase = .finished(outcome)
        return [.finish(outcome)]
    }
}
