import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanarySimulator
import CanaryTelemetry
import Testing

@Suite("PastSession")
struct PastSessionTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    private static let start = RecordedArchive.Recording.start

    private static func after(_ seconds: Int) -> Timestamp { start.advanced(by: .seconds(seconds)) }

    private static var spec: CanarySpec {
        var spec = CanarySpec(
            name: "demo4",
            namespace: "test1",
            route: RouteSpec(
                object: "demo4-vs",
                stable: DestinationSpec(subset: "v1", workload: "demo4-deployment-v1"),
                canary: DestinationSpec(subset: "v2", workload: "demo4-deployment-v2")
            ),
            telemetry: TelemetrySpec(prometheus: PrometheusSpec(url: "http://127.0.0.1:9090"))
        )
        spec.steps = [10, 50, 100]
        spec.pace.warmup = .seconds(20)
        return spec
    }

    private func judge(
        _ recording: RecordedArchive.Recording,
        _ question: PastQuestion,
        spec: CanarySpec = PastSessionTests.spec,
        step: Duration = .seconds(5),
        gap: Range<Timestamp>? = nil
    ) async throws -> PastReport {
        let options = PastOptions(
            spec: spec,
            question: question,
            journalDirectory: "\(scratch.path)/past",
            now: Self.after(100_000),
            version: "test"
        )
        return try await PastSession(options: options) { roles in
            RecordedArchive(recording: recording, spec: spec, roles: roles, step: step, gap: gap)
        }.run()
    }

    /// The verdicts of a judge that is fed by hand with the archive's windows.
    private func byHand(_ recording: RecordedArchive.Recording, from: Timestamp, to: Timestamp) async throws
        -> Timestamp?
    {
        let archive = RecordedArchive(recording: recording, spec: Self.spec, roles: .asNamed)
        let telemetry = try await archive.windows(from: Self.start, to: to)
        var judge = Judge(rules: JudgeRules(Self.spec))
        var first: Int?
        for (index, timed) in telemetry.windows.enumerated() {
            if first == nil, timed.at > from, timed.window.canaryTotal > 0 { first = index }
            let since = first.map { index - $0 }
            let verdict = judge.judge(
                timed.window,
                in: JudgingContext(
                    phase: since == nil ? .watching : .analyzing,
                    canaryPercent: since == nil ? 0 : 10,
                    step: 0,
                    isFirstAfterWeightChange: since == 0,
                    countsForPromotion: (since ?? 0) >= 3
                )
            )
            if verdict.kind == .degraded { return timed.at }
        }
        return nil
    }

    @Test(
        "a bad release of the past is degraded at the moment that a judge fed by hand gives",
        arguments: [5, 6] as [UInt64]
    )
    func bad(seed: UInt64) async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: seed, shares: [(0.1, 300)])
        let (from, to) = (Self.after(540), Self.after(900))
        let report = try await judge(recording, .sideBySide(from: from, to: to))
        let hand = try await byHand(recording, from: from, to: to)

        #expect(report.outcome.exitCode == .degraded, "seed \(seed): \(report.outcome.reason.text)")
        #expect(hand != nil)
        #expect(report.account.degraded?.at == hand, "seed \(seed)")
        #expect(report.account.canaryBegan == Self.after(600))
        #expect(report.header.purpose == .past)
        #expect(report.header.startedAt == from)
    }

    @Test("a good release of the past is healthy")
    func good() async throws {
        let recording = RecordedArchive.Recording.release(
            .healthy,
            seed: 5,
            shares: [(0.1, 400), (0.5, 400), (1, 120)]
        )
        let report = try await judge(recording, .sideBySide(from: Self.after(540), to: Self.after(1520)))

        #expect(report.outcome.exitCode == .healthy, "\(report.outcome.reason.text)")
        #expect(report.account.provedAtLargest != nil)
        #expect(report.samples > 0)
    }

    @Test("its journal replays bit for bit, and other margins may change it", arguments: [true, false])
    func replay(isBeforeAfter: Bool) async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: 7, shares: [(isBeforeAfter ? 1 : 0.1, 300)])
        let question: PastQuestion =
            isBeforeAfter
            ? .beforeAfter(before: Self.after(600), after: Self.after(600), span: .seconds(300))
            : .sideBySide(from: Self.after(540), to: Self.after(900))
        let report = try await judge(recording, question)
        let replay = try JournalReplay.replay(path: report.journalPath)

        #expect(report.outcome.exitCode == .degraded, "\(report.outcome.reason.text)")
        #expect(replay.isIdentical && replay.verdicts > 0)
        #expect(replay.outcome == report.outcome)
        #expect(replay.header == report.header)
        #expect(try PastJournal.account(path: report.journalPath) == report.account)
        let other = try JournalReplay.replay(path: report.journalPath) { spec in
            var spec = spec
            spec.objectives.errors.tolerance = 0.5
            spec.guards.absoluteErrors = nil
            return spec
        }
        #expect(!other.isIdentical)
        #expect(other.outcome == report.outcome, "the judgement is as it was")
    }

    @Test("the version that carried the traffic at the beginning is stable, whatever the spec calls it")
    func exchanged() async throws {
        var spec = Self.spec
        swap(&spec.route.stable, &spec.route.canary)
        let recording = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 300)])
        let report = try await judge(
            recording,
            .sideBySide(from: Self.after(540), to: Self.after(900)),
            spec: spec
        )

        #expect(report.header.roles == .exchanged)
        #expect(report.header.stable.label == "v1")
        #expect(report.outcome.exitCode == .degraded)
        #expect(report.notes.contains { $0.contains("although the spec names it canary") })
    }

    @Test("a canary with a little more than half of the requests at the beginning is still the canary")
    func even() async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 60), (0.55, 900)])
        let report = try await judge(recording, .sideBySide(from: Self.after(1300), to: Self.after(1560)))

        #expect(report.header.roles == .asNamed)
        #expect(report.notes.contains { $0.contains("of the requests: taken as stable, as the spec names it") })
        #expect(report.outcome.exitCode != .healthy, "\(report.outcome.reason.text)")
    }

    @Test("a switch from one version to the other is compared before and after, in weaker words")
    func switchover() async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: 8, shares: [(1, 300)])
        let report = try await judge(
            recording,
            .beforeAfter(before: Self.after(600), after: Self.after(600), span: .seconds(300))
        )

        #expect(report.outcome.exitCode == .degraded, "\(report.outcome.reason.text)")
        #expect(report.outcome.reason.text.contains("confounded by time"))
        #expect(report.header.canary.label == "v2")
        #expect(report.notes.contains { $0.contains("v1 served before, v2 after") })
        #expect(report.header.spec.guards.falseRollback == 0.001)
        #expect(report.header.purpose == .beforeAfter)
    }

    @Test("a deploy in place is compared with itself, and that is said")
    func inPlace() async throws {
        let recording = RecordedArchive.Recording.release(.healthy, seed: 8, quiet: 1200, shares: [])
        let report = try await judge(
            recording,
            .beforeAfter(before: Self.after(800), after: Self.after(800), span: .seconds(390))
        )

        #expect(report.outcome.exitCode != .degraded, "\(report.outcome.reason.text)")
        #expect(report.header.canary.label == "v1")
        #expect(report.notes.contains { $0.contains("deploy in place") })
        #expect(!report.outcome.reason.text.contains("proved"))
    }

    @Test("no canary, no stable, and nothing stored are unknown with what to do")
    func nothing() async throws {
        let quiet = RecordedArchive.Recording.release(.healthy, seed: 1, quiet: 900, shares: [])
        let full = RecordedArchive.Recording.release(.healthy, seed: 1, quiet: 600, shares: [(1, 300)])
        let range = PastQuestion.sideBySide(from: Self.after(600), to: Self.after(900))
        let onlyStable = try await judge(quiet, range)
        let onlyCanary = try await judge(full, range)
        let stored = try await judge(quiet, range, gap: Self.start..<Self.after(2000))

        #expect(onlyStable.outcome.reason.label == "no-canary")
        #expect(onlyCanary.outcome.reason.label == "no-stable")
        #expect(PastSummary(onlyCanary).text(style: .plain).contains("--before TIME --after TIME"))
        #expect(stored.outcome.exitCode == .unknown)
        #expect(stored.account.usable == 0)
    }

    @Test("a gap in what was stored is no zero traffic, and the windows that could not be used are counted")
    func gap() async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 300)])
        let report = try await judge(
            recording,
            .sideBySide(from: Self.after(540), to: Self.after(900)),
            gap: Self.after(610)..<Self.after(640)
        )

        #expect(report.account.unusable > 0)
        #expect(report.outcome.exitCode == .degraded)
    }

    @Test("longer windows are judged as long as they are, and that is said and written down")
    func raisedStep() async throws {
        let all = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 300)])
        let thinned = RecordedArchive.Recording(
            all.rounds.filter { $0.at.since(Self.start).inSeconds.truncatingRemainder(dividingBy: 15) == 0 }
        )
        let report = try await judge(
            thinned,
            .sideBySide(from: Self.after(540), to: Self.after(900)),
            step: .seconds(15)
        )

        #expect(report.step == .seconds(15))
        #expect(report.header.spec.pace.interval == .seconds(15))
        #expect(report.notes.contains { $0.contains("15 s long instead of 5 s") })
        #expect(report.outcome.exitCode == .degraded)
        #expect(try JournalReplay.replay(path: report.journalPath).isIdentical)
    }

    @Test("a question that cannot be asked and an archive that cannot be read leave no journal")
    func refused() async throws {
        let options = PastOptions(
            spec: Self.spec,
            question: .sideBySide(from: Self.after(60), to: Self.after(30)),
            journalDirectory: "\(scratch.path)/past",
            now: Self.after(100),
            version: "test"
        )
        var broken = options
        broken.question = .sideBySide(from: Self.after(30), to: Self.after(60))
        func error(_ options: PastOptions) async -> AgentError? {
            do throws(AgentError) {
                _ = try await PastSession(options: options) { _ in BrokenArchive() }.run()
                return nil
            } catch {
                return error
            }
        }
        let reversed = await error(options)
        let unreachable = await error(broken)

        #expect(reversed?.exitCode == .usage)
        #expect(unreachable?.exitCode == .unknown)
        #expect(unreachable?.message.contains("refused the connection") ?? false)
        #expect(unreachable?.hint?.contains("prometheus.url") ?? false)
        #expect(throws: JournalError.self) { _ = try JournalReader.locate("\(scratch.path)/past") }
    }

    @Test("a torn journal is explained as far as it goes, and is nothing that a rollout goes on with")
    func torn() async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 300)])
        let report = try await judge(recording, .sideBySide(from: Self.after(540), to: Self.after(900)))
        let bytes = try scratch.load(report.journalPath)
        let torn = "\(scratch.path)/torn"
        _ = try JournalDirectory(path: torn)
        let path = "\(torn)/run-1.journal.zst"
        try scratch.store(bytes.dropLast(7), at: path)
        let replay = try JournalReplay.replay(path: path)

        #expect(replay.outcome == nil && replay.tornBytes > 0)
        #expect(replay.isIdentical)
        #expect(try PastJournal.account(path: path).windows <= report.account.windows)
        let explanation = PastExplanation(
            header: replay.header,
            ledger: replay.ledger,
            account: try PastJournal.account(path: path),
            outcome: nil
        )
        #expect(explanation.sentences.contains { $0.contains("interrupted") })
        let directory = try JournalDirectory(path: torn)
        let file = try #require(try directory.runs().last)
        #expect(try UnfinishedRun.take(file, in: directory) == nil)
        #expect(throws: AgentError.self) { _ = try RunFolder(path: torn).recorded() }
    }

    @Test("a judgement goes into no folder of rollouts, and the next one beside it gets a name of its own")
    func folders() async throws {
        let recording = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 120)])
        let question = PastQuestion.sideBySide(from: Self.after(540), to: Self.after(720))
        let first = try await judge(recording, question)
        let second = try await judge(recording, question)
        #expect(first.journalPath != second.journalPath)
        #expect(first.account == second.account)

        let rollouts = "\(scratch.path)/rollouts"
        var header = first.header
        header.purpose = nil
        let writer = try JournalDirectory(path: rollouts).create(
            runID: "run-1",
            header: try JournalCodec().encode(header)
        )
        try await writer.close()
        let options = PastOptions(
            spec: Self.spec,
            question: question,
            journalDirectory: rollouts,
            now: Self.after(100_000),
            version: "test"
        )
        await #expect(throws: AgentError.self) {
            _ = try await PastSession(options: options) { roles in
                RecordedArchive(recording: recording, spec: Self.spec, roles: roles)
            }.run()
        }
    }

    @Test("journals of judgements are no runs that an operator may mean")
    func finder() async throws {
        let home = "\(scratch.path)/home"
        let recording = RecordedArchive.Recording.release(.errors, seed: 5, shares: [(0.1, 60)])
        var options = PastOptions(
            spec: Self.spec,
            question: .sideBySide(from: Self.after(540), to: Self.after(660)),
            now: Self.after(100_000),
            version: "test"
        )
        #expect(options.journalDirectory == ".haldane/test1-demo4/past")
        options.journalDirectory = "\(home)/test1-demo4/past"
        _ = try await PastSession(options: options) { roles in
            RecordedArchive(recording: recording, spec: Self.spec, roles: roles)
        }.run()
        let finder = RunFinder(home: home) { _ in (namespace: nil, name: "demo4") }

        #expect(throws: AgentError.self) { _ = try finder.find(nil) }
        #expect(throws: AgentError.self) { _ = try finder.find("demo4") }
        #expect(try JournalDirectory(existing: "\(home)/test1-demo4").runs().isEmpty)
    }
}
