package import CanaryCore
import CanaryStatistics
import CanaryTelemetry

/// Folds a journal's entries into the story that reports and status pages show.
///
/// The recorded verdicts are taken as they are: nothing is judged again, so that a report never says something else than the run
/// did. Memory is bounded: moments are merged by two, lists are cut with a count of what was left out.
///
/// - Complexity: O(pods) for each window; `story()` is O(moments).
package struct StoryFold: Sendable {
    /// The most moments of a story.
    package static let mostMoments = 320
    /// The most events of a story.
    package static let mostEvents = 400

    /// The most weights of a story that are told apart.
    package static let mostStages = 200

    let header: RunHeader
    var state: RunState
    var past: PastAccount?
    var log = EventLog(limit: Self.mostEvents)
    var book = EvidenceBook()
    var telling = TellingState()
    private var series = MomentSeries(limit: Self.mostMoments)
    private var stages: [StoryStage] = []
    private var requests = RequestTally()
    private var quality = QualityTally()
    private var grid = LatencyGrid()
    private var window: Window?
    private var end: Timestamp
    private var lastAt = 0.0
    private var highestPercent = 0.0
    private var interruption: Reason?
    /// Where the difference of the shares of failed requests lies: as verdicts say it, and for those that do not.
    private var range: Finding.Range?
    private var sequence = DifferenceSequence()
    private var isSequenced = false
    /// The last verdict of the comparison side by side.
    private var comparison: Verdict?
    /// What happened before this journal, if the run was taken over from somewhere else.
    private var earlier: RunLedger?

    package init(header: RunHeader) {
        self.header = header
        state = RunState(header: header)
        past = header.purpose.map { PastAccount(purpose: $0, startedAt: header.startedAt) }
        end = header.startedAt
        tellStart()
    }

    /// Takes in the next entry, in the journal's order.
    package mutating func add(_ entry: JournalEntry) {
        switch entry {
        case .window(var window):
            if !window.seconds.isFinite { window.seconds = 0 }
            self.window = window
        case .event(let event, let at):
            take(event, at: at)
        }
    }

    /// The story so far.
    package func story() -> RunStory {
        let latency = latencyStory
        return RunStory(
            header: header,
            ledger: state.ledger,
            past: past,
            outcome: state.ledger.outcome,
            interruption: state.ledger.outcome == nil ? interruption : nil,
            end: end,
            weights: state.rollout.route?.weights,
            highestPercent: highestPercent,
            stages: stages,
            moments: series.drafts.map { $0.moment(grid) },
            tracks: book.tracks(over: series.drafts),
            crossings: book.crossings,
            events: log.events,
            eventsLeftOut: log.leftOut,
            errors: requests.sources(),
            latency: latency,
            quality: quality.quality(state.rollout, requests),
            harm: harm,
            budget: ErrorBudget(
                falseRollback: header.spec.guards.falseRollback,
                falsePromotion: header.spec.guards.falsePromotion,
                mostHarm: book.mostHarm,
                harmThreshold: book.harmThreshold
            ),
            tornBytes: 0,
            journalPath: nil
        )
    }

    /// Seconds since the run began.
    func seconds(_ at: Timestamp) -> Double { at.since(header.startedAt).inSeconds }

    private mutating func take(_ event: JournalEvent, at: Timestamp) {
        switch event {
        case .recalled:
            // History that was taken over is older than the run.
            window = nil
            return
        case .judged(let context, let verdict):
            end = max(end, at)
            guard let window else { return }
            self.window = nil
            judged(window, context, verdict, event, at: at)
        case .input(let input):
            end = max(end, at)
            let before = state.rollout
            state.follow(event, window: nil, at: at)
            highestPercent = max(highestPercent, state.rollout.route?.weights.canaryPercent ?? 0)
            quality.follow(state.rollout)
            tell(input, before: before, at: seconds(at))
        case .intent(let plan, _):
            end = max(end, at)
            telling.asked = plan
        case .notice(let notice):
            end = max(end, at)
            state.follow(event, window: nil, at: at)
            tell(notice, at: seconds(at))
        case .interrupted(let reason):
            end = max(end, at)
            interruption = reason
            log.add(seconds(at), .automation, .warning, "interrupted", reason.text)
        case .resumed(let reason):
            end = max(end, at)
            interruption = nil
            guard telling.takenOver != reason else { return }
            log.add(seconds(at), .automation, .neutral, "taken up again", reason.text)
        case .restored(_, let reason):
            end = max(end, at)
            interruption = nil
            state.follow(event, window: nil, at: at)
            restored(reason, at: max(seconds(at), lastAt))
        case .finished(let outcome):
            end = max(end, at)
            state.follow(event, window: nil, at: at)
            tell(outcome, at: seconds(at))
        }
    }

    /// Goes on from the account of what another journal tells in full.
    private mutating func restored(_ reason: Reason, at seconds: Double) {
        let ledger = state.ledger
        earlier = ledger
        lastAt = seconds
        quality.follow(state.rollout)
        for step in ledger.steps {
            if step.percent.isFinite { highestPercent = max(highestPercent, step.percent) }
            tellEarlier(step)
        }
        let found = state.rollout.route?.weights.canaryPercent ?? 0
        highestPercent = max(highestPercent, found, ledger.untold?.highestPercent ?? 0)
        if let verdict = ledger.lastComparison {
            comparison = verdict
            range = verdict.findings.first { $0.edge == nil && $0.custom == nil }?.difference95
            book.noteTotal(verdict)
        }
        telling.takenOver = reason
        log.add(seconds, .automation, .neutral, "taken over", reason.text)
    }

    private mutating func judged(
        _ window: Window,
        _ context: JudgingContext,
        _ verdict: Verdict,
        _ event: JournalEvent,
        at: Timestamp
    ) {
        let hadBegun = past?.canaryBegan != nil
        past?.judged(window, in: context, verdict, at: at)
        if past != nil, at <= header.startedAt {
            quality.addHistory(window)
            return
        }
        let at = (stamp: at, seconds: max(seconds(at), lastAt))
        if let began = past?.canaryBegan, !hadBegun { tellFirstRequest(at: max(seconds(began), 0)) }
        state.follow(event, window: window, at: at.stamp)
        quality.follow(state.rollout)
        if past != nil, context.phase != .watching { highestPercent = max(highestPercent, context.canaryPercent) }

        let isCompared = context.phase == .analyzing && window.quality.unusable == nil && window.stableTotal > 0
        let counts = requests.add(window, isCompared: isCompared)
        quality.add(window, at: at.seconds, interval: header.spec.pace.interval.inSeconds)
        let key = MomentDraft.Key(
            phase: context.phase,
            place: past == nil ? context.canaryPercent : Double(context.step)
        )
        if isCompared {
            quality.addSplit(key, stable: counts.stable.requests, canary: counts.canary.requests)
            compare(counts, verdict)
        }

        let length = window.seconds.isFinite ? max(window.seconds, 0) : 0
        var draft = MomentDraft(
            key: key,
            from: max(at.seconds - length, lastAt),
            at: at.seconds,
            seconds: length,
            unusable: QualityTally.isUnusable(window) ? 1 : 0,
            percent: context.canaryPercent.isFinite ? context.canaryPercent : 0,
            stable: counts.stable,
            canary: counts.canary
        )
        grid.add(window.stable, over: window.bounds, to: &draft.stableLatency)
        grid.add(window.canary, over: window.bounds, to: &draft.canaryLatency)
        if isCompared { requests.addLatency(stable: draft.stableLatency, canary: draft.canaryLatency) }
        if context.phase == .analyzing, requests.stable.requests > 0 || requests.canary.requests > 0 {
            draft.comparison = MomentDraft.Comparison(
                stable: Self.count(requests.stable),
                canary: Self.count(requests.canary),
                range: range,
                sequence: range == nil && isSequenced ? sequence : nil
            )
        }
        if context.phase != .idle { draft.verdict = verdict.kind }
        if verdict.window > 0 {
            draft.evidence = MomentDraft.Evidence(
                harm: EvidenceBook.finite(verdict.logD),
                harmThreshold: EvidenceBook.threshold(verdict.harmThreshold),
                safetyThreshold: EvidenceBook.threshold(verdict.safetyThreshold)
            )
            draft.values = book.values(verdict)
            if context.phase == .analyzing {
                comparison = verdict
                book.noteTotal(verdict)
            }
        }
        series.add(draft)
        if context.phase == .analyzing || context.phase == .baking { note(draft, step: context.step, verdict) }
        lastAt = at.seconds
        tell(verdict, of: window, in: context, at: at.seconds)
    }

    /// Takes a window into the confidence sequence of the difference, where verdicts do not have it.
    private mutating func compare(
        _ counts: (stable: StoryMoment.Counts, canary: StoryMoment.Counts),
        _ verdict: Verdict
    ) {
        guard verdict.window > 0 else { return }
        if let difference = verdict.findings.first(where: { $0.edge == nil && $0.custom == nil })?.difference95 {
            range = difference
        }
        sequence.add(stable: Self.count(counts.stable), canary: Self.count(counts.canary))
        isSequenced = true
    }

    /// Notes a window at the weight that it was judged at.
    private mutating func note(_ draft: MomentDraft, step: Int, _ verdict: Verdict) {
        if stages.last.map({ $0.phase != draft.key.phase || $0.place != draft.key.place }) ?? true,
            stages.count < Self.mostStages
        {
            stages.append(StoryStage(phase: draft.key.phase, place: draft.key.place, step: step, from: draft.from))
        }
        stages[stages.count - 1].add(draft, verdict)
    }

    private static func count(_ counts: StoryMoment.Counts) -> EventCount {
        EventCount(x: Double(max(counts.failures, 0)), n: Double(max(counts.requests, 0)))
    }
}

extension StoryFold {
    private var latencyStory: LatencyStory {
        var story = LatencyStory()
        let bounds = grid.milliseconds
        let (stable, canary) = (requests.stableLatency, requests.canaryLatency)
        guard !bounds.isEmpty else { return story }
        let none = [Double](repeating: 0, count: bounds.count + 1)
        story.bounds = bounds
        story.stable = stable.count == none.count ? stable : none
        story.canary = canary.count == none.count ? canary : none
        story.theta = MannWhitney.theta(stable: story.stable, canary: story.canary)
        let (n1, n2) = (story.stable.reduce(0, +), story.canary.reduce(0, +))
        let (least, most) = (min(n1, n2), max(n1, n2))
        for quantile in Self.quantiles where least * (1 - quantile) >= 1 && most < 1e15 {
            // Half of the chance of error for each version, so that their difference has 95 %.
            let stable = QuantileInterval(buckets: story.stable, bounds: bounds, quantile: quantile, alpha: 0.025)
            let canary = QuantileInterval(buckets: story.canary, bounds: bounds, quantile: quantile, alpha: 0.025)
            let difference = QuantileInterval.difference(stable: stable, canary: canary)
            story.shifts.append(
                LatencyStory.Shift(
                    quantile: quantile,
                    stable: stable,
                    canary: canary,
                    lower: difference.lower,
                    upper: difference.upper
                )
            )
        }
        return story
    }

    /// What the canary cost in the windows that were compared.
    private var harm: HarmDone? {
        let (stable, canary) = (requests.stable, requests.canary)
        let before = earlier.map { ($0.canaryRequests, $0.canaryFailures, $0.extraFailures) } ?? (0, 0, 0)
        let all = (requests: canary.requests &+ before.0, failures: canary.failures &+ before.1)
        guard comparison != nil, all.requests > 0,
            let interval = MomentDraft.Comparison(
                stable: EventCount(),
                canary: EventCount(),
                range: range,
                sequence: isSequenced ? sequence : nil
            ).interval()
        else { return nil }
        let served = Double(all.requests)
        let difference = (requests.extraFailures + before.2) / served
        // The sequence weighs windows in another way, so that the sum over them may lie outside by a hair.
        let low = min(interval.lower, difference)
        let high = max(interval.upper, difference)
        let rate = requests.seconds > 0 ? (Double(stable.requests) + Double(canary.requests)) / requests.seconds : 0
        return HarmDone(
            requests: all.requests,
            failures: all.failures,
            extraFailures: difference * served,
            // No more than failed can have failed because of the canary.
            extraFailuresBand: ConfidenceInterval(
                lower: low * served,
                upper: min(high * served, max(Double(all.failures), difference * served))
            ),
            extraSlow: extraSlow,
            failuresPerHourAtFull: difference * rate * 3600,
            failuresPerHourBand: ConfidenceInterval(lower: low * rate * 3600, upper: high * rate * 3600),
            requestsPerSecond: rate
        )
    }

    /// Of the edge with most evidence against the canary.
    private var extraSlow: HarmDone.Slow? {
        var edges = (comparison?.findings ?? []).filter { $0.edge != nil && $0.custom == nil }
        // Without evidence on any the ones that the spec asks for say most.
        if edges.allSatisfy({ $0.logE - $0.penalty <= 0 }), edges.contains(where: { $0.safety != nil }) {
            edges.removeAll { $0.safety == nil }
        }
        guard let worst = edges.max(by: { $0.logE - $0.penalty < $1.logE - $1.penalty }), let edge = worst.edge,
            let bucket = grid.milliseconds.firstIndex(of: edge), let extra = requests.extraSlow(above: bucket),
            extra.isFinite
        else { return nil }
        let evidence = EvidenceBook.finite(worst.logE - worst.penalty)
        return HarmDone.Slow(edge: edge, extra: extra, evidence: evidence)
    }

    private static let quantiles = [0.5, 0.75, 0.9, 0.95, 0.99, 0.999]
}
