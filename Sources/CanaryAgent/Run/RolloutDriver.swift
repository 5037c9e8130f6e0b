package import CanaryCore
import CanaryTelemetry

/// Carries out what the reducer decides, and writes everything down first.
///
/// One task owns the whole state; nothing here is shared. Each write to the route follows the order *intent* to the journal, call
/// the store, *answer* to the journal, so that a crash at any moment leaves a journal from which the run goes on.
package struct RolloutDriver {
    package let header: RunHeader
    package let source: any TelemetrySource
    package let store: any RouteStore
    /// Who knows the pods; nil where nobody does.
    package let population: (any PopulationSource)?
    package let journal: any JournalSink
    package let clock: any RunClock
    package let observer: any RunObserver
    package let notifier: (any Notifier)?
    package let inbox: RunInbox
    package let desk: RunDesk?
    /// Who may write, in a cluster; nil where the journal's lock is enough.
    package let custody: (any RolloutCustody)?
    /// Where the final weights are declared beside the store; nil if nowhere.
    package let settlement: (any RouteSettlement)?
    /// What may keep the run from stepping up from outside; nil if nothing does.
    package let gate: (any StepGate)?

    var state: RunState
    private var isJournalLost = false
    var interruption: Reason?
    private var lastRoundAt: Timestamp?
    private var outgoing: AsyncStream<RunProgress>.Continuation?

    package init(
        header: RunHeader,
        state: RunState,
        source: any TelemetrySource,
        store: any RouteStore,
        population: (any PopulationSource)? = nil,
        journal: any JournalSink,
        clock: any RunClock,
        observer: any RunObserver,
        notifier: (any Notifier)? = nil,
        inbox: RunInbox,
        desk: RunDesk? = nil,
        custody: (any RolloutCustody)? = nil,
        gate: (any StepGate)? = nil,
        settlement: (any RouteSettlement)? = nil
    ) {
        self.header = header
        self.state = state
        self.source = source
        self.store = store
        self.population = population
        self.journal = journal
        self.clock = clock
        self.observer = observer
        self.notifier = notifier
        self.inbox = inbox
        self.desk = desk
        self.custody = custody
        self.gate = gate
        self.settlement = settlement
    }

    /// How the run ended, or why the process has to.
    package struct End: Sendable {
        package var ledger: RunLedger
        package var outcome: Outcome?
        package var interruption: Reason?
        /// As they are at the end; nil if the route cannot be read.
        package var weights: RouteWeights?
    }

    /// Runs to the outcome or the interruption.
    ///
    /// Notices go out beside the run: no write waits for whoever is told.
    ///
    /// - Parameters:
    ///   - resumption: why an unfinished run is taken up; nil for a new one.
    ///   - recalled: stable's windows of an earlier run, as history.
    ///   - opening: what is to be said at the start, e.g. why a release is tried again.
    package mutating func run(
        resumption: Reason? = nil,
        recalled: [TimedWindow] = [],
        opening: [Notice] = []
    ) async -> End {
        guard let notifier else { return await drive(resumption, recalled, opening) }
        // When somebody is told too slowly the newest notices go first, so that the end is not put off for long.
        let (notices, outgoing) = AsyncStream.makeStream(of: RunProgress.self, bufferingPolicy: .bufferingNewest(8))
        self.outgoing = outgoing
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { for await progress in notices { await notifier.notify(progress) } }
            let end = await drive(resumption, recalled, opening)
            outgoing.finish()
            return end
        }
    }

    private mutating func drive(
        _ resumption: Reason?,
        _ recalled: [TimedWindow],
        _ opening: [Notice]
    ) async -> End {
        let now = await clock.now()
        if let resumption {
            await record(.event(.resumed(resumption), at: now))
            state.fold(.resumed(resumption), window: nil, at: now)
            show(.resumed(resumption), at: now)
        } else {
            show(.started, at: now)
        }
        await perform(opening.map { .notify($0) }, at: now)
        if let outcome = state.rollout.outcome, state.ledger.outcome == nil {
            // The process ended between the decision and its record.
            await perform([.finish(outcome)], at: now)
        }
        if state.rollout.outcome == nil {
            await recall(recalled)
            // What was known of the pods before a pause says nothing now, and a write that was left open goes by it.
            await lookAtPods()
            // A rollback that is gone on with is known before the weights that it may have left are taken for somebody else's.
            if resumption != nil, state.rollout.route != nil { await serveInbox() }
            if state.rollout.outcome == nil, interruption == nil { await feed(await readRoute()) }
        }

        while state.rollout.outcome == nil, interruption == nil {
            await serveInbox()
            guard state.rollout.outcome == nil, interruption == nil else { break }
            await publish()
            let roundAt = await clock.now()
            // A rollback that waits for its next try does not wait for telemetry as well.
            if state.rollout.wakeAt == nil { await round(at: roundAt) }
            custody?.keep(state, at: await clock.now())
            guard state.rollout.outcome == nil else { break }
            await rest(until: roundAt.advanced(by: header.spec.pace.interval))
        }
        await custody?.leave(state, at: await clock.now())
        return End(
            ledger: state.ledger,
            outcome: state.ledger.outcome ?? state.rollout.outcome,
            interruption: interruption,
            // Asked anew: an answer that could not be written down was not folded.
            weights: try? await store.read().weights
        )
    }
}

extension RolloutDriver {
    /// One round: the route and the pods, then the telemetry, then the verdict.
    private mutating func round(at now: Timestamp) async {
        await lookAtRoute()
        guard state.rollout.outcome == nil else { return }
        await lookAtPods()
        await lookAtGate()
        guard state.rollout.outcome == nil else { return }
        // Never 0: a recorded window has a length.
        let seconds = max(lastRoundAt.map { now.since($0) } ?? header.spec.pace.interval, .milliseconds(1)).inSeconds
        let context = state.rollout.judgingContext
        guard var window = await observe(seconds: seconds) else { return }
        // What closed during the round holds for its step.
        await lookAtGate()
        guard state.rollout.outcome == nil else { return }
        lastRoundAt = now
        window.weight = context.canaryPercent
        window.isHistory = context.phase == .watching && window.canary.isEmpty
        let verdict = state.judge.judge(window, in: context)
        // A rollback goes by the pods of now, not of the round's start.
        if verdict.kind == .degraded { await lookAtPods() }
        await record(.window(window))
        await record(.event(.judged(context: context, verdict: verdict), at: now))

        let before = state.rollout
        let actions = state.rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
        state.ledger.judged(window, in: context, verdict, at: now)
        state.noteWeights(since: before, at: now)
        // A write makes its intent durable itself, and with it what comes before it.
        if !actions.contains(where: \.isWrite) { await flush() }
        show(.judged(window, verdict), at: now)
        await perform(actions, at: now)
    }

    /// The window of a round, or nil if something pressing came in before its end: the round is then broken off, and
    /// the next one tells of its requests as well.
    private func observe(seconds: Double) async -> Window? {
        let (source, inbox) = (self.source, self.inbox)
        return await withTaskGroup(of: Window?.self) { group in
            group.addTask { await source.observe(seconds: seconds) }
            group.addTask {
                // In real time, because virtual time stands still during a round.
                await inbox.waitUntilPressing()
                return nil
            }
            let first = await group.next()
            group.cancelAll()
            return first ?? nil
        }
    }

    /// Tells the reducer of the route if it is not as it was.
    private mutating func lookAtRoute() async {
        let input = await readRoute()
        if case .routeRead(let snapshot) = input {
            if snapshot == state.rollout.route { return }
            // Weights of whoever may have taken the run over are no contest: the claim is settled first.
            if let custody, !custody.isCertain, snapshot.weights != state.rollout.route?.weights { return }
        }
        await feed(input)
    }

    /// Tells the reducer of the pods if they are not as they were.
    mutating func lookAtPods() async {
        // Nobody may know them any more, as where a run is taken up without their permission.
        let found = await population?.population()
        let seen = header.roles == .asNamed ? found : found?.swapped
        guard seen != state.rollout.population else { return }
        await feed(.population(seen))
    }

    /// Tells the reducer what keeps it from stepping up, if that is not as it was.
    private mutating func lookAtGate() async {
        guard let gate, state.rollout.outcome == nil else { return }
        let reason = await gate.closed(for: header, at: await clock.now())
        guard reason != state.rollout.gate?.reason else { return }
        await feed(.gate(reason))
    }

    private func readRoute() async -> Rollout.Input {
        do {
            return .routeRead(try await store.read())
        } catch {
            return .routeUnreadable(Reason(error))
        }
    }

    /// Gives the reducer an input, after writing it down, and does what it asks for.
    mutating func feed(_ input: Rollout.Input) async {
        let now = await clock.now()
        await record(.event(.input(input), at: now))
        let before = state.rollout
        let actions = state.rollout.handle(input, at: now)
        state.noteWeights(since: before, at: now)
        await perform(actions, at: now)
    }

    mutating func perform(_ actions: [Rollout.Action], at now: Timestamp) async {
        for action in actions {
            switch action {
            case .readRoute:
                await feed(await readRoute())
            case .apply(let plan, let revision):
                await apply(plan, expecting: revision)
            case .notify(let notice):
                state.ledger.noticed(notice, at: now)
                await record(.event(.notice(notice), at: now))
                show(.notice(notice), at: now)
                outgoing?.yield(progress(.notice(notice), at: now))
            case .finish(let decided):
                let outcome = await settled(decided)
                state.ledger.finished(outcome, at: now)
                await record(.event(.finished(outcome), at: now))
                await flush()
                show(.finished(outcome), at: now)
                outgoing?.yield(progress(.finished(outcome), at: now))
            }
        }
    }

    /// A promotion with what Git says about it: the traffic has moved, whatever comes of the commit.
    private func settled(_ outcome: Outcome) async -> Outcome {
        guard case .promoted(let reason, unsettled: nil) = outcome, let settlement, let last = header.spec.steps.last
        else { return outcome }
        let plan = WeightPlan(canaryPercent: last, purpose: .promotion)
        return .promoted(reason, unsettled: await settlement.settle(plan))
    }

    /// Intent, call, answer. A step is not written if its intent cannot be; a rollback is written all the same.
    private mutating func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async {
        await record(.event(.intent(plan: plan, revision: revision), at: await clock.now()))
        await flush()
        if isJournalLost, plan.purpose != .rollback { return }
        if let custody {
            let now = await clock.now()
            switch await custody.permit(plan, of: state, at: now) {
            case .granted: break
            case .postponed(let reason): return await feed(.refused(.unavailable(reason)))
            case .lost(let reason): return await leave(reason)
            }
        }
        do {
            let snapshot = try await store.apply(plan, expecting: revision)
            await feed(.applied(snapshot))
            await flush()
            custody?.keep(state, at: await clock.now())
            if state.rollout.outcome == nil { show(.wrote(plan), at: await clock.now()) }
        } catch {
            await feed(.refused(Rollout.RouteFault(error)))
        }
    }

    private mutating func recall(_ windows: [TimedWindow]) async {
        guard !windows.isEmpty else { return }
        gate?.recall(windows)
        for recalled in windows {
            await record(.window(recalled.window))
            await record(.event(.recalled, at: recalled.at))
            state.recall(recalled.window)
        }
        await flush()
        await feed(.priorHistory(windows: windows.count, seconds: windows.reduce(0) { $0 + $1.window.seconds }))
    }

    mutating func record(_ entry: JournalEntry) async {
        guard !isJournalLost else { return }
        do {
            try await journal.append(entry)
        } catch {
            await lose(error)
        }
    }

    mutating func flush() async {
        guard !isJournalLost else { return }
        do {
            try await journal.flush()
        } catch {
            await lose(error)
        }
    }

    private mutating func lose(_ failure: JournalFailure) async {
        isJournalLost = true
        let now = await clock.now()
        let notice = Notice(.page, failure.reason)
        state.ledger.noticed(notice, at: now)
        show(.notice(notice), at: now)
        outgoing?.yield(progress(.notice(notice), at: now))
        await perform(state.rollout.handle(.journalLost(failure.reason), at: now), at: now)
    }

    func show(_ happening: RunProgress.Happening, at now: Timestamp) {
        observer.observe(progress(happening, at: now))
    }

    private func progress(_ happening: RunProgress.Happening, at now: Timestamp) -> RunProgress {
        RunProgress(happening, header: header, at: now, rollout: state.rollout, ledger: state.ledger)
    }
}

extension Rollout.Action {
    fileprivate var isWrite: Bool {
        if case .apply = self { true } else { false }
    }
}

extension Reason {
    /// A route error as a reason.
    package init(_ error: RouteError) {
        self.init(error.code.description, error.description)
    }
}

extension Rollout.RouteFault {
    package init(_ error: RouteError) {
        switch error.code {
        case .conflict: self = .conflict(Reason(error))
        default: self = error.disposition == .retry ? .unavailable(Reason(error)) : .impossible(Reason(error))
        }
    }
}
