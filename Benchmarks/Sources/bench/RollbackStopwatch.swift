import CanaryCore
import CanaryTelemetry
import Synchronization

/// Tells where the time goes between the end of a telemetry round and the accepted rollback.
final class RollbackStopwatch: Sendable {
    /// One rollback; everything in seconds.
    struct Reading: Sendable {
        /// From the end of the round whose verdict was degraded to the server's answer to the patch.
        var total: Double
        /// Of it, until the first entry to the journal: the round's tasks, the judge, the pods.
        var judging: Double
        /// Of it, in the journal.
        var journal: Double
        /// Of it, in the route store, the request included.
        var store: Double
    }

    private struct State {
        var roundEnd = ContinuousClock.now
        var judgingSeconds: Double?
        var journalSeconds = 0.0
        var reading: Reading?
        var canaryPercent = 0.0
    }

    private let state = Mutex(State())

    /// The canary's share as the route last said.
    var canaryPercent: Double { state.withLock { $0.canaryPercent } }

    /// The rollback since the last call.
    func take() -> Reading? {
        state.withLock { state in
            defer { state.reading = nil }
            return state.reading
        }
    }

    fileprivate func roundEnded() {
        state.withLock { state in
            state.judgingSeconds = nil
            state.journalSeconds = 0
            state.roundEnd = .now
        }
    }

    fileprivate func wroteJournal(since start: ContinuousClock.Instant) {
        state.withLock { state in
            if state.judgingSeconds == nil { state.judgingSeconds = state.roundEnd.duration(to: start).inSeconds }
            state.journalSeconds += start.duration(to: .now).inSeconds
        }
    }

    fileprivate func saw(_ snapshot: RouteSnapshot) {
        state.withLock { $0.canaryPercent = snapshot.weights.canaryPercent }
    }

    fileprivate func rolledBack(since start: ContinuousClock.Instant) {
        state.withLock { state in
            let now = ContinuousClock.now
            state.reading = Reading(
                total: state.roundEnd.duration(to: now).inSeconds,
                judging: state.judgingSeconds ?? 0,
                journal: state.journalSeconds,
                store: start.duration(to: now).inSeconds
            )
        }
    }
}

/// Telemetry whose rounds' ends are noted.
struct TimedTelemetry: TelemetrySource {
    let stopwatch: RollbackStopwatch
    let source: any TelemetrySource

    func observe(seconds: Double) async -> Window {
        let window = await source.observe(seconds: seconds)
        stopwatch.roundEnded()
        return window
    }
}

/// A journal whose time is added up.
struct TimedJournal: JournalSink {
    let stopwatch: RollbackStopwatch
    let journal: any JournalSink

    func append(_ entry: JournalEntry) async throws(JournalFailure) {
        let start = ContinuousClock.now
        try await journal.append(entry)
        stopwatch.wroteJournal(since: start)
    }

    func flush() async throws(JournalFailure) {
        let start = ContinuousClock.now
        try await journal.flush()
        stopwatch.wroteJournal(since: start)
    }
}

/// A route whose rollbacks are noted.
struct TimedRoute: RouteStore {
    let stopwatch: RollbackStopwatch
    let store: any RouteStore

    func read() async throws(RouteError) -> RouteSnapshot {
        let snapshot = try await store.read()
        stopwatch.saw(snapshot)
        return snapshot
    }

    func apply(_ plan: WeightPlan, expecting revision: RouteRevision) async throws(RouteError) -> RouteSnapshot {
        let start = ContinuousClock.now
        let snapshot = try await store.apply(plan, expecting: revision)
        if plan.purpose == .rollback { stopwatch.rolledBack(since: start) }
        stopwatch.saw(snapshot)
        return snapshot
    }
}
