import CanaryAgent
import CanaryCore
import CanaryJournal
import CanarySimulator
import CanaryTelemetry
import CanaryTestKit
import Foundation
import Testing

/// Sessions over real files; no target answers, and an interrupt ends each run that begins.
@Suite("RunSession")
struct RunSessionTests {
    private let scratch: Scratch
    private var route: String { "\(scratch.path)/route.yaml" }
    private var journals: String { "\(scratch.path)/journal" }

    init() throws {
        scratch = try Scratch()
        try scratch.store(DemoFiles.virtualService().utf8, at: route)
    }

    private var spec: CanarySpec {
        var spec = RunRig.spec
        spec.route.stable = DestinationSpec(subset: "v1")
        spec.route.canary = DestinationSpec(subset: "v2")
        spec.telemetry.targets = ["http://127.0.0.1:1/stats/prometheus"]
        return spec
    }

    private func run(_ spec: CanarySpec, new: Bool = false, route: String? = nil) async throws(AgentError) -> RunReport
    {
        let inbox = RunInbox()
        inbox.send(.interrupt("interrupted (SIGINT)"))
        let options = RunOptions(
            spec: spec,
            route: .file(route ?? self.route),
            journalDirectory: journals,
            startsNew: new,
            version: "test"
        )
        return try await RunSession(
            options: options,
            observer: RecordingObserver(),
            inbox: inbox,
            clock: ManualRunClock()
        ).run()
    }

    private func runs() throws -> [JournalFile] { try JournalDirectory(path: journals).runs() }

    @Test("an unfinished run is taken up, under its own name")
    func resumes() async throws {
        let first = try await run(spec)
        #expect(first.outcome == nil && first.interruption != nil)
        #expect(first.weights == RouteWeights(stable: 100, canary: 0))
        let second = try await run(spec)
        #expect(second.header == first.header)
        #expect(try runs().count == 1)
        let replay = try JournalReplay.replay(path: first.journalPath)
        #expect(replay.isIdentical && replay.outcome == nil)
    }

    @Test("an unfinished run is not taken up with another spec; --new closes it and begins anew")
    func otherSpec() async throws {
        let first = try await run(spec)
        var changed = spec
        changed.objectives.errors.tolerance = 0.01
        do {
            _ = try await run(changed)
            Issue.record("the run was taken up")
        } catch {
            #expect(error.exitCode == .usage)
            #expect(error.hint?.contains("--new") == true)
            #expect(error.message.contains(first.header.run))
        }
        let second = try await run(changed, new: true)
        #expect(second.header.run > first.header.run)
        #expect(try runs().map(\.runID) == [first.header.run, second.header.run])
        #expect(try JournalReplay.load(path: first.journalPath).outcome?.word == "stopped")
        #expect(try await run(changed).header.run == second.header.run)
    }

    @Test("a second session is refused and told whose process has the journal")
    func locked() async throws {
        let directory = try JournalDirectory(path: journals)
        let lock = try directory.lock()
        do {
            _ = try await run(spec)
            Issue.record("two sessions in one folder")
        } catch {
            #expect(error.message.contains("process \(ProcessInfo.processInfo.processIdentifier)"))
            #expect(error.exitCode == .unknown)
        }
        lock.release()
        _ = try await run(spec)
    }

    @Test("a route file that is not there, or is no route, is refused before anything is written")
    func noRoute() async throws {
        let nonsense = "\(scratch.path)/nonsense.yaml"
        try scratch.store("a: [".utf8, at: nonsense)
        for path in ["\(scratch.path)/missing.yaml", scratch.path, nonsense] {
            do {
                _ = try await run(spec, route: path)
                Issue.record("\(path) was taken")
            } catch {
                #expect(error.exitCode == .unknown)
                #expect(error.message.contains(path))
            }
        }
        #expect(try runs().isEmpty)
        #expect(try scratch.load(nonsense) == Array("a: [".utf8))
    }

    @Test("a canary that carries the traffic already is not sent back to the old version unless --new says so")
    func alreadyPromoted() async throws {
        try scratch.store(DemoFiles.virtualService(canaryPercent: 100).utf8, at: route)
        do {
            _ = try await run(spec)
            Issue.record("the run began")
        } catch {
            #expect(error.message == "v2 carries 100 % already; this run would try v1 and take v2 as stable")
            #expect(error.hint?.contains("--new") == true)
        }
        #expect(try runs().isEmpty)
        let report = try await run(spec, new: true)
        #expect(report.header.roles == .exchanged)
        #expect(report.header.canary.subset == "v1")
    }

    @Test("a canary that carries most of the traffic is refused: nobody can tell which version is tried")
    func mostOfTheTraffic() async throws {
        try scratch.store(DemoFiles.virtualService(canaryPercent: 75).utf8, at: route)
        for isNew in [false, true] {
            do {
                _ = try await run(spec, new: isNew)
                Issue.record("the run began")
            } catch {
                #expect(error.message.contains("cannot be told"))
            }
        }
        #expect(try runs().isEmpty)
    }

    @Test("--new does not take the unproved canary of an unfinished run for stable")
    func unprovedCanary() async throws {
        let first = try await run(spec)
        try scratch.store(DemoFiles.virtualService(canaryPercent: 100).utf8, at: route)
        do {
            _ = try await run(spec, new: true)
            Issue.record("the run began")
        } catch {
            #expect(error.message.contains(first.header.run))
            #expect(error.hint?.contains("leaving out --new") == true)
        }
        #expect(try runs().count == 1)
        #expect(try JournalReplay.load(path: first.journalPath).outcome == nil)
    }

    @Test("a journal that cannot be read stops a run with a way out, and --new takes it")
    func damagedJournal() async throws {
        let first = try await run(spec)
        try scratch.store(Array("this is not zstd, and more than a torn tail".utf8), at: first.journalPath)
        await #expect(throws: AgentError.self) { try await run(spec) }
        let second = try await run(spec, new: true)
        #expect(second.header.run > first.header.run)
        #expect(try runs().count == 2)
    }

    @Test("a journal cut inside its header gives a new run")
    func tornHeader() async throws {
        let first = try await run(spec)
        try scratch.store(try scratch.load(first.journalPath).prefix(9), at: first.journalPath)
        let second = try await run(spec)
        #expect(second.header.run > first.header.run)
    }

    @Test("a run that ended is not taken up again, also when only the record of its end was lost")
    func ended() async throws {
        let first = RunRig()
        await first.run()
        let entries = await first.journal.durable
        let codec = JournalCodec()
        let directory = try JournalDirectory(path: journals)
        let writer = try directory.create(runID: "run-1", header: try codec.encode(first.header))
        for entry in entries {
            if case .event(.finished, _) = entry { break }
            try await writer.append(try codec.encode(entry))
        }
        try await writer.close()
        let file = try #require(try directory.runs().last)
        let unfinished = try #require(try UnfinishedRun.take(file, in: directory))
        var driver = RolloutDriver(
            header: unfinished.header,
            state: unfinished.state,
            source: first.telemetry,
            store: first.store,
            journal: RunJournal(writer: unfinished.writer),
            clock: first.clock,
            observer: first.observer,
            inbox: first.inbox
        )
        let end = await driver.run(resumption: unfinished.reason)
        try await unfinished.writer.close()
        #expect(end.outcome?.word == "promoted")
        #expect(try UnfinishedRun.take(file, in: directory) == nil)
        #expect(try JournalReplay.load(path: file.path).outcome == end.outcome)
    }

    @Test("what is written down holds the spec's variables, not their values")
    func secrets() async throws {
        let inbox = RunInbox()
        let clock = ManualRunClock { count, _ in if count == 3 { inbox.send(.interrupt("SIGINT")) } }
        var written = spec
        written.notify = [NotifyTarget(webhook: "${HOOK}")]
        var live = written
        live.notify = []
        live.telemetry.targets = ["http://user:hunter2@127.0.0.1:1/stats?token=hunter2"]
        let options = RunOptions(
            spec: written,
            live: live,
            route: .file(route),
            journalDirectory: journals,
            version: "test"
        )
        let report = try await RunSession(options: options, observer: RecordingObserver(), inbox: inbox, clock: clock)
            .run()
        #expect(report.ledger.lastFaults.count == 1)
        let records = try JournalReader.read(path: report.journalPath).records
        let text = records.map { String(decoding: $0, as: UTF8.self) }.joined()
        #expect(text.contains("${HOOK}"))
        #expect(!text.contains("hunter2"))
    }
}
