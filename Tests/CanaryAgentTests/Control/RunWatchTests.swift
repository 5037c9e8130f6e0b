import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryTestKit
import Synchronization
import Testing

/// Watching a run by its journal, as another process does.
@Suite("RunWatch", .timeLimit(.minutes(1)))
struct RunWatchTests {
    private let scratch: Scratch
    private var folder: RunFolder { RunFolder(path: scratch.path) }

    init() throws { scratch = try Scratch() }

    /// A whole run, and what a watcher inside of its process saw.
    private func recorded(canaryFailures: Double = 0.004) async -> (rig: RunRig, entries: [JournalEntry]) {
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: canaryFailures))
        await rig.run()
        return (rig, await rig.journal.durable)
    }

    private func write(_ entries: some Sequence<JournalEntry>, _ rig: RunRig) async throws -> JournalWriter {
        let codec = JournalCodec()
        let writer = try JournalDirectory(path: scratch.path)
            .create(runID: "run-1", header: try codec.encode(rig.header))
        for entry in entries { try await writer.append(try codec.encode(entry)) }
        try await writer.flush()
        return writer
    }

    @Test("tells the past of a run that is over, and how it ended", arguments: [0.004, 0.2])
    func past(canaryFailures: Double) async throws {
        let (rig, entries) = await recorded(canaryFailures: canaryFailures)
        let writer = try await write(entries, rig)
        try await writer.close()
        let seen = RecordingObserver()

        let end = try await RunWatch(folder: folder, inbox: RunInbox()).run(
            past: seen.observe,
            present: { _ in Issue.record("told of the present") }
        )

        guard case .finished(let run, let outcome) = end else {
            Issue.record("\(end)")
            return
        }
        let own = rig.observer.progress
        #expect(outcome == own.last?.ledger.outcome)
        #expect(run.snapshot.ledger == own.last?.ledger)
        // A watcher inside sees a write after the notice of it.
        #expect(seen.words.sorted() == rig.observer.words.sorted())
    }

    @Test("follows a run that goes on, record by record, to its end")
    func follows() async throws {
        let (rig, entries) = await recorded()
        let writer = try await write(entries.prefix(40), rig)
        let lock = try JournalDirectory(path: scratch.path).lock()
        let (past, present) = (RecordingObserver(), RecordingObserver())
        let watch = RunWatch(folder: folder, inbox: RunInbox(), pause: .milliseconds(1))

        let isCaughtUp = Mutex(false)
        async let end = watch.run(
            past: past.observe,
            caughtUp: { isCaughtUp.withLock { $0 = true } },
            present: present.observe
        )
        while !isCaughtUp.withLock({ $0 }) { await ControlRig.pause() }
        let codec = JournalCodec()
        for entry in entries.dropFirst(40) {
            try await writer.append(try codec.encode(entry))
            try await writer.flush()
        }
        let result = try await end
        lock.release()

        guard case .finished(_, let outcome) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(outcome.word == "promoted")
        #expect((past.words + present.words).sorted() == rig.observer.words.sorted())
        #expect(present.words.last == "finished promoted")
    }

    @Test("a run whose process is gone is told as abandoned, with its word if it left one")
    func abandoned() async throws {
        let (rig, entries) = await recorded()
        let writer = try await write(entries.prefix(60), rig)
        let lock = try JournalDirectory(path: scratch.path).lock()
        let watch = RunWatch(folder: folder, inbox: RunInbox(), pause: .milliseconds(1))
        let past = RecordingObserver()
        async let end = watch.run(past: past.observe, present: { _ in })
        while past.words.isEmpty { await ControlRig.pause() }

        lock.release()

        guard case .abandoned(let run) = try await end else {
            Issue.record("not abandoned")
            return
        }
        #expect(run.interruption == nil)
        #expect(run.outcome == nil)
        let reason = Reason("interrupted", "SIGINT")
        try await writer.append(try JournalCodec().encode(.event(.interrupted(reason), at: RunRig.start)))
        try await writer.close()
        #expect(try folder.recorded().interruption == reason)
    }

    @Test("a signal ends the watch and not the run")
    func left() async throws {
        let (rig, entries) = await recorded()
        let writer = try await write(entries.prefix(40), rig)
        let lock = try JournalDirectory(path: scratch.path).lock()
        let inbox = RunInbox()
        inbox.send(.interrupt("interrupted (SIGINT)"))

        let end = try await RunWatch(folder: folder, inbox: inbox, pause: .milliseconds(1))
            .run(past: { _ in }, present: { _ in })

        guard case .left(let signal) = end else {
            Issue.record("\(end)")
            return
        }
        #expect(signal == "interrupted (SIGINT)")
        lock.release()
        try await writer.close()
    }

    @Test("a folder without a run says so")
    func nothing() async throws {
        await #expect(throws: AgentError.self) {
            try await RunWatch(folder: folder, inbox: RunInbox()).run(past: { _ in }, present: { _ in })
        }
        #expect(throws: AgentError.self) { try folder.recorded() }
        #expect(try folder.holder() == .nobody)
    }
}
