import CanaryAgent
import CanaryCore
import CanaryKubernetes
import CanaryTestKit
import CanaryTransport
import CanaryYAML
import Synchronization
import Testing

@Suite("Taking a run over", .timeLimit(.minutes(2)))
struct TakeoverTests {
    /// Runs until the weights are these for some rounds, then dies with its disk; with the rounds that were judged.
    private func lose(_ rig: CustodyRig, at weights: [Int], snapshots: Duration = .zero) async throws -> (
        JournalVerdicts, RunHeader
    ) {
        let inbox = RunInbox()
        let journal = FailingJournal()
        let (header, custody) = try await rig.begin("a", inbox: inbox, snapshots: snapshots)
        let rounds = Mutex(0)
        var driver = rig.driver(
            header,
            nil,
            DyingCustody(custody: custody),
            turn: custody,
            inbox: inbox,
            journal: journal
        ) {
            [cluster = rig.cluster] _ in
            guard cluster.weights() == weights else { return }
            rounds.withLock { $0 += 1 }
            if rounds.withLock({ $0 }) == 2 { inbox.send(.interrupt("node lost")) }
        }
        _ = await driver.run()
        return (await journal.entries.verdicts, header)
    }

    private typealias JournalVerdicts = [Verdict]

    @Test(
        "a node lost at 50% with its disk: another process goes on with equal evidence, whatever its clock says",
        arguments: [Duration.zero, .seconds(10_800), .seconds(-10_800)]
    )
    func evidence(skew: Duration) async throws {
        // Without interruption.
        let whole = try CustodyRig()
        let journal = FailingJournal()
        let inbox = RunInbox()
        let (header, custody) = try await whole.begin("a", inbox: inbox)
        var undisturbed = whole.driver(header, nil, custody, turn: custody, inbox: inbox, journal: journal)
        let expected = await undisturbed.run()
        let verdicts = await journal.entries.verdicts

        let rig = try CustodyRig()
        let (before, _) = try await lose(rig, at: [50, 50])
        #expect(rig.cluster.weights() == [50, 50])
        let orphan = try #require(rig.orphan())
        #expect(orphan.run.percent == 50 || orphan.run.intent?.canaryPercent == 50)
        let secondInbox = RunInbox()
        let next = try await rig.custody(
            "b",
            .asSeen(resourceVersion: orphan.lease.resourceVersion),
            inbox: secondInbox
        )
        let taken = try await rig.taken(orphan, next, skew: skew)
        let second = FailingJournal()
        var driver = rig.driver(
            taken.header,
            taken.state,
            next,
            turn: next,
            inbox: secondInbox,
            journal: second,
            round: before.count,
            skew: skew
        )
        let end = await driver.run(resumption: taken.reason, opening: taken.notices)

        #expect(end.outcome?.qualifiedWord == expected.outcome?.qualifiedWord)
        let both = before + (await second.entries.verdicts)
        #expect(both.count == verdicts.count)
        if let index = zip(both, verdicts).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset {
            Issue.record("verdict \(index) of \(before.count) + …: \(both[index]) instead of \(verdicts[index])")
        }
        #expect(rig.cluster.weights() == [0, 100])
        #expect(rig.lease?.transitions == 1)
        #expect(rig.record?.memory.last?.outcome.word == "promoted")
        await rig.http.shutdown()
        await whole.http.shutdown()
    }

    @Test(
        "without evidence the weights go back to stable, or stay, as guards.onOrphan says",
        arguments: [(Guards.Fallback.rollback, "rolledBack", [100, 0]), (.hold, "held(orphaned)", [50, 50])]
    )
    func noEvidence(onOrphan: Guards.Fallback, word: String, weights: [Int]) async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        rig.cluster.server.delete(.configMaps, "haldane-demo4", in: "test1")
        var orphan = try #require(rig.orphan())
        orphan.run.onOrphan = onOrphan
        let end = try await goOn(rig, orphan)

        #expect(end.outcome?.qualifiedWord == word, "\(String(describing: end.outcome))")
        #expect(rig.cluster.weights() == weights)
        #expect(rig.record?.run == nil)
        #expect(end.ledger.notices.contains { $0.urgency == .page })
        // Of what was before only the weight is known.
        #expect(end.ledger.untold?.highestPercent == 50)
        await rig.http.shutdown()
    }

    @Test("garbage where the snapshot was is no evidence, and no trap")
    func garbage() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        let orphan = try #require(rig.orphan())
        var random = SeededRandom(seed: 7)
        for length in [0, 1, 4, 40, 4000] {
            let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
            guard case .none = Takeover.evidence(of: orphan.run, SnapshotObject.Content(bytes: bytes, run: "run-1"))
            else {
                Issue.record("\(length) bytes were believed")
                continue
            }
        }
        var other = orphan.run
        other.engine = 99
        guard case .none(let reason) = Takeover.evidence(of: other, nil) else { return #expect(Bool(false)) }
        #expect(reason.label == "other-engine")
        await rig.http.shutdown()
    }

    @Test("a step that was written and not told of is ours; one that was told of and not written is judged again")
    func intents() async throws {
        for isWritten in [true, false] {
            let rig = try CustodyRig()
            // What is kept is the state at 20%, once an hour.
            _ = try await lose(rig, at: [80, 20])
            try rig.cluster.server.change(.leases, "haldane-demo4", in: "test1") { object in
                guard var record = StoredRecord(Lease(KubernetesObject(object))).value else { return }
                var members = object.members ?? [:]
                record.run?.intent = WeightPlan(canaryPercent: 50, purpose: .step)
                members["metadata"] = CustodyText.annotated(members["metadata"], record)
                object = .object(members)
            }
            if isWritten { try rig.set(50, 50) }
            let orphan = try #require(rig.orphan())
            #expect(orphan.run.intent?.canaryPercent == 50)
            let end = try await goOn(rig, orphan)

            #expect(end.outcome?.word == "promoted", "written: \(isWritten), \(String(describing: end.outcome))")
            await rig.http.shutdown()
        }
    }

    @Test("a state that knows of a step which the record still calls an intent is gone on with, and not rolled back")
    func newerState() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [80, 20])
        try rig.cluster.server.change(.leases, "haldane-demo4", in: "test1") { object in
            guard var record = StoredRecord(Lease(KubernetesObject(object))).value else { return }
            var members = object.members ?? [:]
            record.run?.percent = 0
            record.run?.intent = WeightPlan(canaryPercent: 20, purpose: .step)
            members["metadata"] = CustodyText.annotated(members["metadata"], record)
            object = .object(members)
        }
        let end = try await goOn(rig, try #require(rig.orphan()))

        #expect(end.outcome?.word == "promoted", "\(String(describing: end.outcome))")
        await rig.http.shutdown()
    }

    @Test("weights that nobody of us wrote are somebody else's")
    func foreign() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        try rig.set(70, 30)
        let orphan = try #require(rig.orphan())
        let end = try await goOn(rig, orphan)

        #expect(end.outcome?.qualifiedWord == "held(contested)", "\(String(describing: end.outcome))")
        await rig.http.shutdown()
    }

    @Test("a rollback that was begun is finished")
    func rollback() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        var orphan = try #require(rig.orphan())
        orphan.run.intent = .allStable
        let end = try await goOn(rig, orphan)

        #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
        #expect(rig.cluster.weights() == [100, 0])
        await rig.http.shutdown()
    }

    @Test("a rollback that was begun and written is finished as one, and is no edit of somebody else's")
    func writtenRollback() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        try rig.set(100, 0)
        var orphan = try #require(rig.orphan())
        orphan.run.intent = .allStable
        let end = try await goOn(rig, orphan)

        #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
        #expect(rig.cluster.weights() == [100, 0])
        await rig.http.shutdown()
    }

    @Test("a rollback that was written, of which neither record nor state tells, is no edit of somebody else's")
    func untoldRollback() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        try rig.set(100, 0)
        let orphan = try #require(rig.orphan())
        #expect(orphan.run.percent == 50 && orphan.run.intent == nil)
        let end = try await goOn(rig, orphan)

        #expect(end.outcome?.word == "rolledBack", "\(String(describing: end.outcome))")
        #expect(end.outcome?.text.contains("those from before the run already") == true)
        #expect(rig.cluster.weights() == [100, 0])
        await rig.http.shutdown()
    }

    @Test("of two that take it over one does")
    func two() async throws {
        let rig = try CustodyRig()
        _ = try await lose(rig, at: [50, 50])
        let orphan = try #require(rig.orphan())
        let wish = LeaseClaim.Wish.asSeen(resourceVersion: orphan.lease.resourceVersion)

        async let first = try? await rig.custody("b", wish)
        async let second = try? await rig.custody("c", wish)
        let won = [await first, await second].compactMap { $0 }

        #expect(won.count == 1)
        for custody in won { await custody.abandon() }
        await rig.http.shutdown()
    }

    private func goOn(_ rig: CustodyRig, _ orphan: Orphan) async throws -> RolloutDriver.End {
        let inbox = RunInbox()
        let next = try await rig.custody("b", .asSeen(resourceVersion: orphan.lease.resourceVersion), inbox: inbox)
        let taken = try await rig.taken(orphan, next)
        if let command = taken.command { inbox.send(.command(command)) }
        var driver = rig.driver(taken.header, taken.state, next, turn: next, inbox: inbox, round: 1)
        return await driver.run(resumption: taken.reason, opening: taken.notices)
    }
}
