import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryReport
import CanaryTelemetry
import CanaryTestKit
import Testing

@Suite("JournalStory")
struct JournalStoryTests {
    private let scratch: Scratch

    init() throws {
        scratch = try Scratch()
    }

    /// A run with this share of failed canary requests, in a journal of its own.
    private func journal(_ canaryFailures: Double, run: String = "run-1") async throws -> (path: String, rig: RunRig) {
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: canaryFailures))
        let writer = try JournalDirectory(path: scratch.path).create(
            runID: run,
            header: try JournalCodec().encode(rig.header)
        )
        await rig.run()
        let codec = JournalCodec()
        for entry in await rig.journal.entries {
            try await writer.append(try codec.encode(entry))
            try await writer.flush()
        }
        try await writer.close()
        return (writer.path, rig)
    }

    private func fold(_ entries: [JournalEntry], _ header: RunHeader) -> StoryFold {
        var fold = StoryFold(header: header)
        for entry in entries { fold.add(entry) }
        return fold
    }

    @Test("a file, and the folder that it is the newest of, tell what was written down")
    func whole() async throws {
        let (path, rig) = try await journal(0.1)
        let story = try JournalStory.load(path: path)
        let expected = fold(await rig.journal.entries, rig.header).story()

        #expect(story.journalPath == path && story.tornBytes == 0)
        #expect(JSONReport(story).bytes.count > 5000)
        #expect(story.ledger == expected.ledger)
        #expect(story.events == expected.events)
        #expect(story.crossings == expected.crossings)
        #expect(story.outcome?.word == "rolledBack")
        #expect(story.crossings.contains { $0.kind == .harm })
        #expect(try JournalStory.load(path: scratch.path).journalPath == path)
        #expect(try story.ledger == JournalReplay.load(path: path).ledger, "the report and `explain` say the same")
    }

    @Test("a torn end is told and is no error, wherever it is torn")
    func torn() async throws {
        let (path, _) = try await journal(0.1)
        let bytes = try scratch.load(path)
        let torn = scratch.path + "/torn" + JournalFile.suffix
        var lengths: Set<Int> = []
        for part in [3, 5, 7, 9] {
            try scratch.store(bytes.prefix(bytes.count * part / 10), at: torn)
            let story = try JournalStory.load(path: torn)
            lengths.insert(story.ledger.windows)
            #expect(story.outcome == nil)
            #expect(story.moments.count > 0)
        }
        #expect(lengths.count > 1)
        try scratch.store(bytes.dropLast(3), at: torn)
        #expect(try JournalStory.load(path: torn).tornBytes > 0)
    }

    @Test("what is no journal is an error that names it")
    func faults() async throws {
        let (path, _) = try await journal(0.004)
        var bytes = try scratch.load(path)
        for place in bytes.count / 2..<bytes.count / 2 + 200 { bytes[place] ^= 0x5A }
        let damaged = scratch.path + "/damaged" + JournalFile.suffix
        try scratch.store(bytes, at: damaged)

        for missing in [scratch.path + "/nothing", damaged] {
            let error = #expect(throws: AgentError.self) { try JournalStory.load(path: missing) }
            #expect(error?.description.contains(missing) == true, "\(error?.description ?? "")")
        }
    }

    @Test("a header or a record that cannot be decoded is told in the same words by whoever reads the journal")
    func undecodable() async throws {
        let rig = RunRig()
        let header = try JournalCodec().encode(rig.header)
        let bad = Array(#"{"at":5,"event":{"\u001b[2J":{}}}"#.utf8)
        var foreign = rig.header
        foreign.spec.pace.interval = .seconds(-5)
        for (name, first, what) in [
            ("record", header, "record 2"), ("header", try JournalCodec().encode(foreign), "the header"),
        ] {
            let writer = try JournalDirectory(path: "\(scratch.path)/\(name)").create(runID: "run-1", header: first)
            try await writer.append(bad)
            try await writer.close()
            let errors = [
                #expect(throws: AgentError.self) { try JournalStory.load(path: writer.path) },
                #expect(throws: AgentError.self) { try JournalReplay.load(path: writer.path) },
                #expect(throws: AgentError.self) { try PastJournal.account(path: writer.path) },
                #expect(throws: AgentError.self) { try RunFolder(path: "\(scratch.path)/\(name)").recorded() },
            ].compactMap { $0 }
            #expect(errors.count == 4 && Set(errors).count == 1, "\(errors)")
            #expect(errors[0].message == "\(what) of the journal \(writer.path) cannot be read")
            #expect(errors[0].exitCode == .usage && !errors[0].description.contains("\u{1B}"))
        }
    }

    @Test("a board beside a journal tells what a reader of the journal would be told")
    func board() async throws {
        let rig = RunRig(traffic: EvenTraffic(canaryFailures: 0.1))
        let board = StoryBoard(rig.journal, header: rig.header, journalPath: "x")
        await run(rig, board)
        let entries = await rig.journal.entries
        let (story, expected) = (board.story(), fold(entries, rig.header).story())

        #expect(story.journalPath == "x")
        #expect(story.ledger == expected.ledger && story.events == expected.events)
        #expect(story.outcome?.word == "rolledBack")
    }

    @Test("a journal that is lost is lost for the run as well, and the board tells of what led to it")
    func lost() async throws {
        let rig = RunRig(journal: FailingJournal(breaks: .append { $0.isIntent(.step) }))
        let board = StoryBoard(rig.journal, header: rig.header)
        await run(rig, board)

        #expect(board.story().ledger.windows > 10)
        #expect(await rig.store.present?.canaryPercent == 0)
    }

    private func run(_ rig: RunRig, _ board: StoryBoard) async {
        var driver = RolloutDriver(
            header: rig.header,
            state: RunState(header: rig.header),
            source: rig.telemetry,
            store: rig.store,
            journal: board,
            clock: rig.clock,
            observer: rig.observer,
            inbox: rig.inbox
        )
        _ = await driver.run()
    }
}
