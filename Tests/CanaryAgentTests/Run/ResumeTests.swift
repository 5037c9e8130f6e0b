import CanaryAgent
import CanaryCore
import CanaryJournal
import CanaryTelemetry
import CanaryTestKit
import Testing

/// A run is killed at every record and at many bytes, and taken up again.
@Suite("Resumed runs")
struct ResumeTests {
    @Test("a run that was cut after any record ends as it would have", arguments: [0.004, 0.08])
    func everyRecord(canaryFailures: Double) async throws {
        let traffic = EvenTraffic(canaryFailures: canaryFailures)
        let whole = RunRig(traffic: traffic)
        let outcome = await whole.run().outcome
        let entries = await whole.journal.durable
        let scratch = try Scratch()
        for cut in 0...entries.count {
            for isWritten in Self.worlds(entries[..<cut]) {
                let place = "cut after \(cut) of \(entries.count) records, write \(isWritten ? "done" : "not done")"
                let directory = try JournalDirectory(path: "\(scratch.path)/\(cut)-\(isWritten)")
                try await Self.write(entries[..<cut], whole.header, into: directory)
                try await Self.resume(directory, Array(entries[..<cut]), isWritten, traffic, outcome, place)
            }
        }
    }

    @Test("a run that was cut at any byte loses at most the last flush")
    func anyByte() async throws {
        let traffic = EvenTraffic(canaryFailures: 0.08)
        let whole = RunRig(traffic: traffic)
        let scratch = try Scratch()
        let writer = try JournalDirectory(path: scratch.path).create(
            runID: "run-1",
            header: try JournalCodec().encode(whole.header)
        )
        var driver = RolloutDriver(
            header: whole.header,
            state: RunState(header: whole.header),
            source: whole.telemetry,
            store: whole.store,
            journal: RunJournal(writer: writer),
            clock: whole.clock,
            observer: whole.observer,
            inbox: whole.inbox
        )
        let outcome = await driver.run().outcome
        try await writer.close()
        let bytes = try scratch.load(writer.path)
        var chance = SeededRandom(seed: 20_260_101)
        for number in 0..<60 {
            let cut = number < 2 ? number * 20 : chance.next(below: bytes.count)
            let directory = try JournalDirectory(path: "\(scratch.path)/\(number)")
            let file = "\(directory.path)/run-1.journal.zst"
            try scratch.store(bytes[..<cut], at: file)
            let records = try JournalReader.read(path: file).records
            var codec = JournalCodec()
            let entries = try records.dropFirst().map { try codec.decode($0) }
            for isWritten in Self.worlds(entries[...]) {
                try scratch.store(bytes[..<cut], at: file)
                let place = "cut at byte \(cut) of \(bytes.count), write \(isWritten ? "done" : "not done")"
                try await Self.resume(directory, entries, isWritten, traffic, outcome, place)
            }
        }
    }

    @Test("a journal whose header was torn holds no run to go on with")
    func tornHeader() async throws {
        let scratch = try Scratch()
        let directory = try JournalDirectory(path: scratch.path)
        try await Self.write([], RunRig.header(), into: directory)
        let file = try #require(try directory.runs().last)
        let bytes = try scratch.load(file.path)
        for cut in stride(from: 0, to: bytes.count, by: 7) {
            try scratch.store(bytes[..<cut], at: file.path)
            #expect(try UnfinishedRun.take(file, in: directory) == nil, "cut at \(cut)")
        }
    }

    @Test("records that nobody could have written are an error with a way out, never a trap")
    func garbage() async throws {
        let scratch = try Scratch()
        let bad = [
            #"{"at":1,"event":{"unheardOf":{}}}"#, #"{"at":"x","event":{"recalled":{}}}"#, #"{"seconds":"five"}"#,
            "nonsense",
        ]
        for (number, text) in bad.enumerated() {
            let directory = try JournalDirectory(path: "\(scratch.path)/\(number)")
            let writer = try directory.create(runID: "run-1", header: try JournalCodec().encode(RunRig.header()))
            try await writer.append(Array(text.utf8))
            try await writer.close()
            let file = try #require(try directory.runs().last)
            let error = #expect(throws: AgentError.self) { _ = try UnfinishedRun.take(file, in: directory) }
            #expect(error?.hint?.contains("--new") == true)
        }
    }

    // MARK: The world at a cut

    /// Whether the last intent had been carried out: both must be tried when there is no answer to it.
    private static func worlds(_ entries: ArraySlice<JournalEntry>) -> [Bool] {
        for entry in entries.reversed() {
            guard case .event(let event, _) = entry else { continue }
            switch event {
            case .intent: return [true, false]
            case .input(.applied), .input(.refused): return [true]
            default: continue
            }
        }
        return [true]
    }

    private static func weights(_ entries: [JournalEntry], isWritten: Bool) -> RouteWeights {
        var intended: [RouteWeights] = [RouteWeights(stable: 100, canary: 0)]
        for plan in entries.intents {
            intended.append(
                RouteWeights(canaryPercent: plan.canaryPercent, sum: 100) ?? RouteWeights(stable: 0, canary: 0)
            )
        }
        return isWritten || intended.count == 1 ? intended[intended.count - 1] : intended[intended.count - 2]
    }

    private static func write(
        _ entries: ArraySlice<JournalEntry>,
        _ header: RunHeader,
        into directory: JournalDirectory
    ) async throws {
        let codec = JournalCodec()
        let writer = try directory.create(runID: "run-1", header: try codec.encode(header))
        for entry in entries { try await writer.append(try codec.encode(entry)) }
        try await writer.close()
    }

    private static func resume(
        _ directory: JournalDirectory,
        _ entries: [JournalEntry],
        _ isWritten: Bool,
        _ traffic: EvenTraffic,
        _ outcome: Outcome?,
        _ place: String
    ) async throws {
        let file = try #require(try directory.runs().last)
        guard let run = try UnfinishedRun.take(file, in: directory) else {
            #expect(!entries.outcomes.isEmpty || entries.isEmpty, "\(place): nothing to go on with")
            return
        }
        try await run.writer.close()
        let last = entries.compactMap { if case .event(_, let at) = $0 { at } else { nil } }.last ?? RunRig.start
        let rig = RunRig(
            traffic: traffic,
            store: InMemoryRouteStore(weights(entries, isWritten: isWritten)),
            at: last.advanced(by: .seconds(1))
        )
        var driver = rig.driver(state: run.state)
        let end = await driver.run(resumption: run.reason)

        #expect(end.outcome?.qualifiedWord == outcome?.qualifiedWord, "\(place): \(String(describing: end.outcome))")
        let all = entries + (await rig.journal.durable)
        #expect(all.outcomes.count == 1, "\(place): finished \(all.outcomes.count) times")
        checkLaws(all, place)
        let folded = RunRig.fold(all, rig.header)
        #expect(folded.ledger == end.ledger, "\(place): the journal tells another run")
        #expect(end.weights == folded.rollout.route?.weights, "\(place)")
    }

    /// After the first step the weight rises only after a healthy verdict at the one before; a rollback is final.
    private static func checkLaws(_ entries: [JournalEntry], _ place: String) {
        var percent = 0.0
        var lastComparison: (percent: Double, verdict: Verdict)?
        var isRollingBack = false
        for event in entries.events {
            switch event {
            case .judged(let context, let verdict):
                if context.phase == .analyzing { lastComparison = (context.canaryPercent, verdict) }
            case .intent(let plan, _):
                if plan.purpose == .rollback { isRollingBack = true }
                guard plan.canaryPercent > percent else { continue }
                #expect(!isRollingBack, "\(place): the weight rises after a rollback")
                if percent > 0 {
                    #expect(lastComparison?.verdict.kind == .healthy, "\(place): no healthy verdict before \(plan)")
                    #expect(lastComparison?.percent == percent, "\(place): the verdict is not about \(percent)")
                }
            case .input(.applied(let snapshot)), .input(.routeRead(let snapshot)):
                percent = snapshot.weights.canaryPercent
            default:
                break
            }
        }
    }
}
