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
    package let journal: any JournalSink
    package let clock: any RunClock
    package let observer: any RunObserver
    package let notifier: (any Notifier)?
    package let inbox: RunInbox

    private var state: RunState
    private var isJournalLost = false
    private var interruption: Reason?
    private var lastRoundAt: Timestamp?
    private var outgoing: AsyncStream<Notice>.Continuation?

    package init(
        header: RunHeader,
        state: RunState,
        source: any TelemetrySource,
        store: any RouteStore,
        journal: any JournalSink,
        clock: any RunClock,
        observer: any RunObserver,
        notifier: (any Notifier)? = nil,
        inbox: RunInbox
    ) {
        self.header = header
        self.state = state
        self.source = source
        self.store = store
        self.journal = journal
        self.clock = clock
        self.observer = observer
        self.notifier = notifier
        self.inbox = inbox
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
    package mutating func run(resumption: Reason? = nil, recalled: [RecalledWindow] = []) async -> End {
        guard let notifier else { return await drive(resumption, recalled) }
        // When somebody is told too slowly the newest notices go first, so that the end is not put off for long.
        let (notices, outgoing) = AsyncStream.makeStream(of: Notice.self, bufferingPolicy: .bufferingNewest(8))
        self.outgoing = outgoing
        let header = header
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { for await notice in notices { await notifier.notify(notice, about: header) } }
            let end = await drive(resumption, recalled)
            outgoing.finish()
            return end
        }
    }

    private mutating func drive(_ resumption: Reason?, _ recalled: [RecalledWindow]) async -> End {
        let now = await clock.now()
        if let resumption {
            await record(.event(.resumed(resumption), at: now))
            show(.resumed(resumption), at: now)
        } else {
            show(.started, at: now)
        }
        if let outcome = state.rollout.outcome, state.ledger.outcome == nil {
            // The process ended between the decision and its record.
            await perform([.finish(outcome)], at: now)
        }
        if state.rollout.outcome == nil {
            await recall(recalled)
            await feed(await readRoute())
        }

        while state.rollout.outcome == nil, interruption == nil {
            await serveInbox()
            guard state.rollout.outcome == nil, interruption == nil else { break }
            let roundAt = await clock.now()
            // A rollback that waits for its next try does not wait for telemetry as well.
            if state.rollout.wakeAt == nil { await round(at: roundAt) }
            guard state.rollout.outcome == nil else { break }
            await rest(until: roundAt.advanced(by: header.spec.pace.interval))
        }
        return End(
            ledger: state.ledger,
            outcome: state.rollout.outcome,
            interruption: interruption,
            // Asked anew: an answer that could not be written down was not folded.
            weights: try? await store.read().weights
        )
    }
}

extension RolloutDriver {
    /// One round: the route, then the telemetry, then the verdict.
    private mutating func round(at now: Timestamp) async {
        await lookAtRoute()
        guard state.rollout.outcome == nil else { return }
        // Never 0: a recorded window has a length.
        let seconds = max(lastRoundAt.map { now.since($0) } ?? header.spec.pace.interval, .milliseconds(1)).inSeconds
        let context = state.rollout.judgingContext
        guard var window = await observe(seconds: seconds) else { return }
        lastRoundAt = now
        window.weight = context.canaryPercent
        window.isHistory = context.phase == .watching && window.canary.isEmpty
        let verdict = state.judge.judge(window, in: context)
        await record(.window(window))
        await record(.event(.judged(context: context, verdict: verdict), at: now))
        await flush()

        let before = state.rollout
        let actions = state.rollout.handle(.judged(Rollout.WindowSummary(window), verdict), at: now)
        state.ledger.judged(window, in: context, verdict, at: now)
        state.noteWeights(since: before, at: now)
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
                while !inbox.isPressing, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(50)) }
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
        if case .routeRead(let snapshot) = input, snapshot == state.rollout.route { return }
        await feed(input)
    }

    private func readRoute() async -> Rollout.Input {
        do {
            return .routeRead(try await store.read())
        } catch {
            return .routeUnreadable(Reason(error))
        }
    }

    /// Waits for the next round, waking up for retries and for the outside world.
    private mutating func rest(until deadline: Timestamp) async {
        while state.rollout.outcome == nil, interruption == nil {
            let inbox = self.inbox
            let wakeAt = state.rollout.wakeAt.map { min($0, deadline) } ?? deadline
            await clock.sleep(until: wakeAt, unless: { inbox.isUrgent })
            if Task.isCancelled {
                await interrupt(Reason("cancelled", "the run was cancelled; weights stay as they are"))
            }
            await serveInbox()
            let now = await clock.now()
            if state.rollout.wakeAt.map({ $0 <= now }) == true { await feed(.tick) }
            if now >= deadline { return }
        }
    }

    private mutating func serveInbox() async {
        for request in inbox.takeAll() where state.rollout.outcome == nil {
            switch request {
            case .command(let command):
                await feed(.command(command))
            case .interrupt(let signal):
                await interrupt(Reason("interrupted", "\(signal): the process ends, weights stay as they are"))
            }
        }
    }

    private mutating func interrupt(_ reason: Reason) async {
        guard interruption == nil else { return }
        let now = await clock.now()
        interruption = reason
        await record(.event(.interrupted(reason), at: now))
        await flush()
        show(.interrupted(reason), at: now)
    }

    /// Gives the reducer an input, after writing it down, and does what it asks for.
    private mutating func feed(_ input: Rollout.Input) async {
        let now = await clock.now()
        await record(.event(.input(input), at: now))
        let before = state.rollout
        let actions = state.rollout.handle(input, at: now)
        state.noteWeights(since: before, at: now)
        await perform(actions, at: now)
    }

    private mutating func perform(_ actions: [Rollout.Action], at now: Timestamp) async {
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
                outgoing?.yield(notice)
            case .finish(let outcome):
                state.ledger.finished(outcome, at: now)
                await record(.event(.finished(outcome), at: now))
                await flush()
                show(.finished(outcome), at: now)
                outgoing?.yield(Notice(.info, outcome.reason))
            }
        }
    }

    /// Intent, call, answer. A step is not written if its intent cannot be; a rollback is written all the same.
    private mutating func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async {
        await record(.event(.intent(plan: plan, revision: revision), at: await clock.now()))
        await flush()
        if isJournalLost, plan.purpose != .rollback { return }
        do {
            let snapshot = try await store.apply(plan, expecting: revision)
            await feed(.applied(snapshot))
            await flush()
            if state.rollout.outcome == nil { show(.wrote(plan), at: await clock.now()) }
        } catch {
            await feed(.refused(Rollout.RouteFault(error)))
        }
    }

    private mutating func recall(_ windows: [RecalledWindow]) async {
        guard !windows.isEmpty else { return }
        for recalled in windows {
            await record(.window(recalled.window))
            await record(.event(.recalled, at: recalled.at))
            state.recall(recalled.window)
        }
        await flush()
        await feed(.priorHistory(windows: windows.count, seconds: windows.reduce(0) { $0 + $1.window.seconds }))
    }

    private mutating func record(_ entry: JournalEntry) async {
        guard !isJournalLost else { return }
        do {
            try await journal.append(entry)
        } catch {
            await lose(error)
        }
    }

    private mutating func flush() async {
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
        outgoing?.yield(notice)
        await perform(state.rollout.handle(.journalLost(failure.reason), at: now), at: now)
    }

    private func show(_ happening: RunProgress.Happening, at now: Timestamp) {
        observer.observe(
            RunProgress(happening, header: header, at: now, rollout: state.rollout, ledger: state.ledger)
        )
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
